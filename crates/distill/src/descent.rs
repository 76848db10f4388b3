//! Rows are moved until the sums of texts' rows point where the texts' targets do.

use crate::matrix;

const EPOCHS: usize = 4;
const BATCH: usize = 128;

/// The first step of a number, as a part of what rows' numbers are on average.
const RATE: f32 = 0.2;

/// Descends along the gradient of the cosine, with steps that shrink number by number where there were large ones (Adagrad:
/// Duchi, Hazan and Singer 2011). `targets` have length 1. Rows that no text has stay.
pub(crate) fn descend(rows: &mut [Vec<f32>], texts: &[&[u16]], targets: &[Vec<f32>]) {
    let dimensions = targets[0].len();
    let known = rows.iter().filter(|row| !row.is_empty());
    let lengths: Vec<f32> = known.map(|row| matrix::dot(row, row).sqrt()).collect();
    let rate =
        RATE * lengths.iter().sum::<f32>() / lengths.len() as f32 / (dimensions as f32).sqrt();
    let mut squares = vec![vec![0.0f32; dimensions]; rows.len()];
    let mut gradients = vec![Vec::new(); rows.len()];
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut order: Vec<usize> = (0..texts.len()).collect();
    for _ in 0..EPOCHS {
        shuffle(&mut order, &mut random);
        for batch in order.chunks(BATCH) {
            let mut touched = Vec::new();
            for text in batch {
                let gradient = gradient(rows, texts[*text], &targets[*text]);
                for piece in texts[*text].iter().map(|piece| usize::from(*piece)) {
                    if rows[piece].is_empty() {
                        continue;
                    }
                    if gradients[piece].is_empty() {
                        gradients[piece].resize(dimensions, 0.0);
                        touched.push(piece);
                    }
                    matrix::add(&mut gradients[piece], &gradient, 1.0 / BATCH as f32);
                }
            }
            for piece in touched {
                let gradient = std::mem::take(&mut gradients[piece]);
                step(&mut rows[piece], &gradient, &mut squares[piece], rate);
            }
        }
    }
}

/// In which direction a text's sum goes away from its target.
fn gradient(rows: &[Vec<f32>], text: &[u16], target: &[f32]) -> Vec<f32> {
    let mut sum = vec![0.0; target.len()];
    text.iter().for_each(|piece| matrix::add(&mut sum, &rows[usize::from(*piece)], 1.0));
    let length = matrix::dot(&sum, &sum).sqrt() + 1e-9;
    let cosine = matrix::dot(&sum, target) / length;
    sum.iter().zip(target).map(|(sum, target)| (cosine * sum / length - target) / length).collect()
}

fn step(row: &mut [f32], gradient: &[f32], squares: &mut [f32], rate: f32) {
    for ((value, gradient), square) in row.iter_mut().zip(gradient).zip(squares) {
        *square += gradient * gradient;
        *value -= rate * gradient / (square.sqrt() + 1e-12);
    }
}

/// Fisher and Yates, by the generator of Steele, Lea and Flood (SplitMix64, 2014).
fn shuffle(order: &mut [usize], random: &mut u64) {
    for place in (1..order.len()).rev() {
        *random = random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (*random ^ *random >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        order.swap(place, (mixed % (place as u64 + 1)) as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_come_nearer_to_their_targets_and_other_rows_stay() {
        let mut rows = vec![vec![1.0, 0.1], vec![0.5, 0.5], vec![], vec![3.0, 4.0]];
        let texts: Vec<&[u16]> = vec![&[0, 1, 2]; 400];
        let targets = vec![vec![0.0, 1.0]; 400];
        let before = gradient(&rows, texts[0], &targets[0]);
        descend(&mut rows, &texts, &targets);
        let after = gradient(&rows, texts[0], &targets[0]);
        assert!(matrix::dot(&after, &after) < 0.5 * matrix::dot(&before, &before));
        assert_eq!((&rows[2], &rows[3]), (&vec![], &vec![3.0, 4.0]));
    }
}
