//! Where liars put their lies: they know everything that the others send.

use attacks::Attack;
use neural::Network;

/// Puts lies in the place of what members below `liars` have learnt.
pub(super) fn replace(
    attack: Attack,
    from: &Network,
    trained: &mut [(usize, Network)],
    liars: usize,
) {
    let change = |to: &Network| -> Vec<f32> {
        to.parameters().iter().zip(from.parameters()).map(|(to, from)| to - from).collect()
    };
    let honest: Vec<Vec<f32>> =
        trained.iter().filter(|(number, _)| *number >= liars).map(|(_, it)| change(it)).collect();
    for (_, copy) in trained.iter_mut().filter(|(number, _)| *number < liars) {
        let lie = attack.lie(&change(copy), &honest);
        let to = from.parameters().iter().zip(lie).map(|(from, change)| from + change);
        if let Some(lying) = from.with_parameters(to.collect()) {
            *copy = lying;
        }
    }
}
