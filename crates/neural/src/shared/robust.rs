//! One change that stands for those of all members, whatever a quarter of them sends.
//!
//! Each change is first mixed with those nearest to it (nearest-neighbour mixing, Allouah et al. 2023), which draws honest
//! ones together however skewed their rows are; then every parameter takes the mean of what is left without the extremes
//! (the trimmed mean, Yin et al. 2018).

use super::aggregate::Contribution;
use crate::kernels::add_scaled;

/// One in so many members may lie without doing harm.
const MEMBERS_PER_LIAR: usize = 4;

/// The members whose changes one change is mixed with, by ascending place, and what each weighs; weights add up to 1.
type Circle = Vec<(usize, f32)>;

/// One change for all: of the given members, which hold one network and all have samples.
pub(super) fn combine(members: &[&Contribution]) -> Vec<f32> {
    let liars = members.len() / MEMBERS_PER_LIAR;
    let weights = weights(members);
    if liars == 0 {
        let all = circle(0..members.len(), &weights);
        return mean(members, &all);
    }
    let circles = circles(members, &weights, liars);
    mixed_and_trimmed(members, &circles, liars)
}

/// A member weighs as much as its samples, but no more than the member in the middle (of two, the one with more): who claims
/// more gains nothing.
fn weights(members: &[&Contribution]) -> Vec<u32> {
    let mut samples: Vec<u32> = members.iter().map(|member| member.samples).collect();
    samples.sort_unstable();
    let middle = samples.get(samples.len() / 2).copied().unwrap_or_default();
    members.iter().map(|member| member.samples.min(middle)).collect()
}

fn circle(members: impl Iterator<Item = usize> + Clone, weights: &[u32]) -> Circle {
    let total: u64 = members.clone().map(|member| u64::from(weights[member])).sum();
    let weight = |member: usize| (f64::from(weights[member]) / total as f64) as f32;
    members.map(|member| (member, weight(member))).collect()
}

fn mean(members: &[&Contribution], circle: &Circle) -> Vec<f32> {
    let mut mean = vec![0.0; members[0].update.parameters()];
    for (member, weight) in circle {
        members[*member].update.add_to(&mut mean, *weight);
    }
    mean
}

/// For each member, all but the `liars` farthest from it.
fn circles(members: &[&Contribution], weights: &[u32], liars: usize) -> Vec<Circle> {
    let products: Vec<Vec<f64>> = (0..members.len())
        .map(|one| (0..=one).map(|other| members[one].update.dot(&members[other].update)).collect())
        .collect();
    let distance = |one: usize, other: usize| {
        let (low, high) = (one.min(other), one.max(other));
        products[one][one] + products[other][other] - 2.0 * products[high][low]
    };
    (0..members.len())
        .map(|one| {
            let mut others: Vec<usize> = (0..members.len()).collect();
            others.sort_by(|a, b| distance(one, *a).total_cmp(&distance(one, *b)));
            let near = &mut others[..members.len() - liars];
            near.sort_unstable();
            circle(near.iter().copied(), weights)
        })
        .collect()
}

fn mixed_and_trimmed(members: &[&Contribution], circles: &[Circle], liars: usize) -> Vec<f32> {
    let layout = members[0].update.layout();
    let mut direction = vec![0.0; layout.parameters];
    let mut changes = vec![Vec::new(); members.len()];
    let mut mixed = changes.clone();
    let mut values = vec![0.0; members.len()];
    let kept = liars..members.len() - liars;
    let share = 1.0 / kept.len() as f32;
    for (number, row) in layout.rows().enumerate() {
        for (member, change) in members.iter().zip(&mut changes) {
            change.resize(row.len(), 0.0);
            member.update.read_row(number, row.clone(), change);
        }
        for (circle, mixed) in circles.iter().zip(&mut mixed) {
            mixed.clear();
            mixed.resize(row.len(), 0.0);
            circle
                .iter()
                .for_each(|(member, weight)| add_scaled(mixed, &changes[*member], *weight));
        }
        for (column, value) in direction[row].iter_mut().enumerate() {
            for (value, mixed) in values.iter_mut().zip(&mixed) {
                *value = mixed[column];
            }
            values.sort_unstable_by(f32::total_cmp);
            *value = share * values[kept.clone()].iter().sum::<f32>();
        }
    }
    direction
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        network::Network,
        random::Counter,
        shared::update::{Compression, compress},
    };
    use protocol::cluster::{LayerSpec, NetworkSpec};

    fn network() -> Network {
        let layers = vec![LayerSpec::new(8, 4)];
        Network::new(&NetworkSpec { inputs: 6, steps: 1, layers, classes: 3, seed: 5 }).unwrap()
    }

    /// One way for all, and for each member something of its own.
    fn change(member: u64) -> Vec<f32> {
        let (mut common, mut own) = (Counter::new(1, 0), Counter::new(1, 1 + member));
        let parameters = network().parameters.len();
        (0..parameters).map(|_| 0.1 * common.normal() + 0.03 * own.normal()).collect()
    }

    fn sending(change: &[f32], samples: u32) -> Contribution {
        let from = network();
        let to = from.parameters.iter().zip(change).map(|(from, change)| from + change).collect();
        let to = from.with_parameters(to).unwrap();
        let mut residual = vec![0.0; change.len()];
        let update = compress(&from, &to, &mut residual, Compression::Rows).unwrap();
        Contribution { samples, update }
    }

    fn combined(contributions: &[Contribution]) -> Vec<f32> {
        combine(&contributions.iter().collect::<Vec<_>>())
    }

    fn length(values: impl IntoIterator<Item = f32>) -> f32 {
        values.into_iter().map(|value| value * value).sum::<f32>().sqrt()
    }

    fn distance(one: &[f32], other: &[f32]) -> f32 {
        length(one.iter().zip(other).map(|(one, other)| one - other))
    }

    #[test]
    fn honest_members_come_to_about_their_mean() {
        let honest: Vec<_> = (0..8).map(|member| sending(&change(member), 1)).collect();
        let all = circle(0..8, &[1; 8]);
        let mean = mean(&honest.iter().collect::<Vec<_>>(), &all);
        assert!(distance(&combined(&honest), &mean) < 0.1 * length(mean));
    }

    #[test]
    fn a_quarter_of_liars_changes_little_whatever_they_send() {
        let honest: Vec<_> = (0..6).map(|member| sending(&change(member), 1)).collect();
        let truth = combined(&honest);
        let common = length(truth.iter().copied());
        for lie in [-3.0, -1.0, 0.0, 20.0] {
            let liar = |member| change(member).iter().map(|value| lie * value).collect::<Vec<_>>();
            let liars = [sending(&liar(6), 1_000_000), sending(&liar(7), 1_000_000)];
            let found = combined(&[&honest[..], &liars].concat());
            assert!(distance(&found, &truth) < 0.3 * common, "{lie}");
        }
    }

    #[test]
    fn members_who_send_nothing_hold_nothing_up() {
        let mut members: Vec<_> = (0..6).map(|member| sending(&change(member), 1)).collect();
        let truth = combined(&members);
        let silence = vec![0.0; truth.len()];
        members.extend([sending(&silence, 1), sending(&silence, 1)]);
        let found = combined(&members);
        assert!(distance(&found, &truth) < 0.3 * length(truth));
    }
}
