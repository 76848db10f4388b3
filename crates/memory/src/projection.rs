//! Many numbers as two: the two directions along which vectors differ most, and where each lies along them.
//!
//! Principal component analysis (Pearson 1901; Hotelling 1933): power iteration with the covariances, which are read many times
//! and are fewer than the vectors' numbers. Sums are taken in the order of the vectors, and a
//! direction's sign is that of its largest number: the same vectors in the same order lie in the same places on every machine that
//! adds up in the same order.

/// Steps towards each direction: what is still wrong after so many is not seen in a picture.
const STEPS: usize = 64;

/// Where each of `vectors` lies along the two directions in which they differ most, from -1 to 1 in each; the middle is where their
/// mean lies. All have the same length, which is not 0. What differs in nothing lies in the middle.
pub fn project(vectors: &[&[f32]]) -> Vec<[f32; 2]> {
    let Some(dimensions) = vectors.first().map(|first| first.len()) else { return Vec::new() };
    debug_assert!(vectors.iter().all(|it| it.len() == dimensions), "all have the same length");
    let mut mean = vec![0.0f32; dimensions];
    for vector in vectors {
        mean.iter_mut().zip(*vector).for_each(|(sum, value)| *sum += value);
    }
    let count = vectors.len() as f32;
    mean.iter_mut().for_each(|sum| *sum /= count);
    let centred: Vec<Vec<f32>> = vectors
        .iter()
        .map(|vector| vector.iter().zip(&mean).map(|(value, mean)| value - mean).collect())
        .collect();
    let covariances = covariances(&centred, dimensions);
    let first = direction(&centred, &covariances, None);
    let second = direction(&centred, &covariances, Some(&first));
    let mut places: Vec<[f32; 2]> =
        centred.iter().map(|vector| [dot(vector, &first), dot(vector, &second)]).collect();
    for axis in [0, 1] {
        let largest = places.iter().fold(0.0f32, |largest, place| largest.max(place[axis].abs()));
        if largest > f32::EPSILON {
            places.iter_mut().for_each(|place| place[axis] /= largest);
        } else {
            places.iter_mut().for_each(|place| place[axis] = 0.0);
        }
    }
    places
}

/// For each two places in a vector the sum of products of what stands there: row after row, the same above and below the
/// diagonal.
fn covariances(centred: &[Vec<f32>], dimensions: usize) -> Vec<f32> {
    let mut sums = vec![0.0f32; dimensions * dimensions];
    let nothing = vec![0.0; dimensions];
    // Four vectors at a time, so that sums are read and written a quarter as often.
    for four in centred.chunks(4) {
        let [a, b, c, d] = [0, 1, 2, 3].map(|place| four.get(place).unwrap_or(&nothing).as_slice());
        for (row, sums) in sums.chunks_exact_mut(dimensions).enumerate() {
            add(sums, [a, b, c, d], [a[row], b[row], c[row], d[row]]);
        }
    }
    sums
}

/// Adds vectors, each times its factor, to sums. A function of its own: browsers make code faster from one call to the next.
#[inline(never)]
fn add(sums: &mut [f32], [a, b, c, d]: [&[f32]; 4], factors: [f32; 4]) {
    for (((sum, a), b), (c, d)) in sums.iter_mut().zip(a).zip(b).zip(c.iter().zip(d)) {
        *sum += factors[0] * a + factors[1] * b + factors[2] * c + factors[3] * d;
    }
}

/// The direction in which vectors differ most among those at a right angle to `other`.
fn direction(centred: &[Vec<f32>], covariances: &[f32], other: Option<&[f32]>) -> Vec<f32> {
    // From the vector that lies farthest out: one that is not at a right angle to what is looked for, unless all are.
    let mut direction = vec![0.0; centred.first().map_or(0, Vec::len)];
    let mut farthest = 0.0;
    for vector in centred {
        let mut vector = vector.clone();
        take_away(&mut vector, other);
        let length = dot(&vector, &vector);
        if length > farthest {
            (direction, farthest) = (vector, length);
        }
    }
    if !scale(&mut direction) {
        return direction;
    }
    for _ in 0..STEPS {
        let rows = covariances.chunks_exact(direction.len());
        let mut next: Vec<f32> = rows.map(|row| dot(row, &direction)).collect();
        take_away(&mut next, other);
        if !scale(&mut next) {
            break;
        }
        direction = next;
    }
    let largest = direction
        .iter()
        .copied()
        .fold(0.0f32, |largest, value| if value.abs() > largest.abs() { value } else { largest });
    if largest < 0.0 {
        direction.iter_mut().for_each(|value| *value = -*value);
    }
    direction
}

fn take_away(vector: &mut [f32], other: Option<&[f32]>) {
    let Some(other) = other else { return };
    let along = dot(vector, other);
    vector.iter_mut().zip(other).for_each(|(value, other)| *value -= along * other);
}

/// To length 1; `false` if it has none to speak of.
fn scale(vector: &mut [f32]) -> bool {
    let length = dot(vector, vector).sqrt();
    if length <= 1e-12 {
        return false;
    }
    vector.iter_mut().for_each(|value| *value /= length);
    true
}

#[inline(never)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    // Eight sums side by side, which compilers make vectors of; always the same eight.
    let (a, a_rest) = a.as_chunks::<8>();
    let (b, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0f32; 8];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn places(vectors: &[Vec<f32>]) -> Vec<[f32; 2]> {
        project(&vectors.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    #[test]
    fn what_lies_on_a_line_lies_on_one_in_its_order() {
        let direction = [0.6, 0.0, -0.8, 0.0];
        let vectors: Vec<Vec<f32>> = (0..21)
            .map(|step| direction.iter().map(|it| it * (step as f32 - 10.0) + 3.0).collect())
            .collect();
        let places = places(&vectors);
        assert!(places.iter().all(|place| place[1] == 0.0 || place[1].abs() <= 1.0));
        let along: Vec<f32> = places.iter().map(|place| place[0]).collect();
        let is_sorted = along.is_sorted() || along.iter().rev().is_sorted();
        assert!(is_sorted, "{along:?}");
        assert!((along[0].abs() - 1.0).abs() < 1e-5 && along[10].abs() < 1e-5);
    }

    #[test]
    fn groups_that_lie_apart_stay_apart() {
        // Three groups around three axes of many, each with a little of its own.
        let vectors: Vec<Vec<f32>> = (0..90)
            .map(|number| {
                let mut vector = vec![0.0; 64];
                vector[number % 3] = 1.0;
                vector[3 + number / 3] += 0.2;
                vector
            })
            .collect();
        let places = places(&vectors);
        let middle = |group: usize| {
            let of: Vec<_> = places.iter().skip(group).step_by(3).collect();
            let sum = of.iter().fold([0.0, 0.0], |sum, it| [sum[0] + it[0], sum[1] + it[1]]);
            sum.map(|sum| sum / of.len() as f32)
        };
        let distance = |a: [f32; 2], b: [f32; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
        for (number, place) in places.iter().enumerate() {
            let own = distance(*place, middle(number % 3));
            let others = (1..3).map(|step| distance(*place, middle((number + step) % 3)));
            assert!(others.into_iter().all(|other| own < other), "vector {number}");
        }
    }

    #[test]
    fn nothing_and_the_same_have_a_place() {
        assert_eq!(project(&[]), Vec::<[f32; 2]>::new());
        assert_eq!(places(&[vec![1.0, 2.0]]), [[0.0, 0.0]]);
        assert_eq!(places(&vec![vec![0.5; 9]; 4]), [[0.0, 0.0]; 4]);
    }

    proptest! {
        #[test]
        fn places_are_within_the_picture_and_the_same_again(
            vectors in prop::collection::vec(prop::collection::vec(-1.0f32..1.0, 12), 0..24),
        ) {
            let first = places(&vectors);
            prop_assert_eq!(first.len(), vectors.len());
            prop_assert!(first.iter().flatten().all(|it| it.is_finite() && it.abs() <= 1.0 + 1e-5));
            prop_assert_eq!(places(&vectors), first);
        }
    }
}
