//! One linear map from what is known of pieces to rows.

use crate::matrix;

/// How much smaller numbers are liked better than a closer fit.
const RIDGE: f64 = 30.0;

/// Where a piece's share of all text makes its weight a half.
const HALF_SHARE: f32 = 1e-4;

/// Pieces before this one in the vocabulary are special; behind it they stand in the order of how often they are used.
const FIRST_BY_USE: usize = 999;

/// A row for each piece, empty if nothing is known of it: the best map by least squares from the weighted means of texts'
/// pieces to the texts' targets.
pub(crate) fn rows(features: &[Vec<f32>], texts: &[&[u16]], targets: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let weights = weights(features.len());
    let width = features.iter().map(Vec::len).max().unwrap_or(0);
    let mut means: Vec<Vec<f32>> = texts
        .iter()
        .map(|text| {
            let (mut sum, mut whole) = (vec![0.0; width], 0.0);
            for piece in text.iter().map(|piece| usize::from(*piece)) {
                matrix::add(&mut sum, &features[piece], weights[piece]);
                whole += weights[piece];
            }
            sum.iter_mut().for_each(|value| *value /= whole);
            sum
        })
        .collect();
    let center = matrix::mean(&means);
    means.iter_mut().for_each(|mean| matrix::subtract(mean, &center));
    let mut normal = matrix::products(&means, &means);
    normal.iter_mut().enumerate().for_each(|(place, row)| row[place] += RIDGE);
    let map: Vec<Vec<f32>> = matrix::solve(normal, matrix::products(&means, targets))
        .into_iter()
        .map(|row| row.into_iter().map(|value| value as f32).collect())
        .collect();
    let row = |(feature, weight): (&Vec<f32>, &f32)| {
        let mut row = Vec::new();
        if !feature.is_empty() {
            row.resize(targets[0].len(), 0.0);
        }
        for ((value, center), map) in feature.iter().zip(&center).zip(&map) {
            matrix::add(&mut row, map, weight * (value - center));
        }
        row
    };
    features.iter().zip(&weights).map(row).collect()
}

/// By Zipf's law for how often pieces are used.
fn weights(pieces: usize) -> Vec<f32> {
    let share = |piece: usize| 1.0 / (piece.saturating_sub(FIRST_BY_USE) as f32 + 2.7);
    let whole: f32 = (0..pieces).map(share).sum();
    (0..pieces).map(|piece| HALF_SHARE / (HALF_SHARE + share(piece) / whole)).collect()
}
