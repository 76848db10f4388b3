//! Who has which rows.

use neural::{Counter, Dataset};

/// Each class's rows go to `members` in proportions from a symmetric Dirichlet distribution (Hsu et al. 2019).
pub fn dirichlet(
    dataset: &Dataset,
    rows: &[u32],
    members: usize,
    alpha: f64,
    seed: u64,
) -> Vec<Vec<u32>> {
    let mut counter = Counter::new(seed, 7);
    let mut parts = vec![Vec::new(); members];
    for class in 0..dataset.classes {
        let mut of_class: Vec<u32> = rows
            .iter()
            .copied()
            .filter(|row| u32::from(dataset.labels[*row as usize]) == class)
            .collect();
        counter.shuffle(&mut of_class);
        let shares: Vec<f64> = (0..members).map(|_| gamma(alpha, &mut counter)).collect();
        let total: f64 = shares.iter().sum();
        let (mut from, mut sum) = (0, 0.0);
        for (part, share) in parts.iter_mut().zip(&shares) {
            sum += share;
            let to = ((sum / total) * of_class.len() as f64).round() as usize;
            part.extend_from_slice(&of_class[from..to.max(from)]);
            from = to.max(from);
        }
    }
    parts
}

/// Rows in the order of their classes, cut in two shards a member, dealt out by chance: most members see two classes
/// (McMahan et al. 2017).
pub fn pathological(dataset: &Dataset, rows: &[u32], members: usize, seed: u64) -> Vec<Vec<u32>> {
    let mut sorted = rows.to_vec();
    sorted.sort_by_key(|row| dataset.labels[*row as usize]);
    let mut shards: Vec<&[u32]> = sorted.chunks(rows.len() / (2 * members)).collect();
    Counter::new(seed, 8).shuffle(&mut shards);
    shards.chunks(2).take(members).map(|pair| pair.concat()).collect()
}

/// A number from the gamma distribution of that shape (Marsaglia and Tsang 2000), with their step down below 1.
fn gamma(shape: f64, counter: &mut Counter) -> f64 {
    if shape < 1.0 {
        let boosted = gamma(shape + 1.0, counter);
        return boosted * unit(counter).powf(1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = f64::from(counter.normal());
        let v = (1.0 + c * x).powi(3);
        if v > 0.0 && unit(counter).ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

/// Above 0, at most 1.
fn unit(counter: &mut Counter) -> f64 {
    ((counter.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use neural::Values;

    fn dataset() -> Dataset {
        let labels: Vec<u16> = (0..1_000).map(|row| row % 10).collect();
        Dataset { inputs: 1, classes: 10, values: Values::Bytes(vec![1; 1_000]), labels }
    }

    #[test]
    fn every_row_belongs_to_one_member() {
        let rows: Vec<u32> = (0..1_000).collect();
        for parts in
            [dirichlet(&dataset(), &rows, 8, 0.3, 1), pathological(&dataset(), &rows, 50, 1)]
        {
            let mut all = parts.concat();
            all.sort_unstable();
            assert_eq!(all, rows);
        }
    }

    #[test]
    fn pathological_members_know_two_classes_at_most() {
        let rows: Vec<u32> = (0..1_000).collect();
        for part in pathological(&dataset(), &rows, 50, 1) {
            let classes = dataset().class_rows(&part);
            assert!(classes.iter().filter(|rows| **rows > 0).count() <= 2, "{classes:?}");
        }
    }
}
