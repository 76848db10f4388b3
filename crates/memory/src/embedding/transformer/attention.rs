//! Each position looks at all positions of its sequence (Vaswani et al. 2017, section 3.2).

use super::numbers::{exp, sum};

/// Numbers of a head.
const HEAD: usize = 32;

/// For each position the values of its sequence's positions, weighted by how well their keys match its query. `questions`
/// holds `WIDTH` numbers each of query, key and value for a position; `attended` gets `WIDTH`.
pub(super) fn attend<const WIDTH: usize>(
    questions: &[f32],
    lengths: &[usize],
    attended: &mut Vec<f32>,
) {
    attended.clear();
    attended.resize(questions.len() / 3, 0.0);
    let mut matches = Vec::new();
    let (mut questions, mut attended) = (questions, attended.as_mut_slice());
    for length in lengths {
        let (own, questions_behind) = questions.split_at(length * 3 * WIDTH);
        let (out, attended_behind) = attended.split_at_mut(length * WIDTH);
        for head in (0..WIDTH).step_by(HEAD) {
            attend_one_head::<WIDTH>(own, head, out, &mut matches);
        }
        (questions, attended) = (questions_behind, attended_behind);
    }
}

fn attend_one_head<const WIDTH: usize>(
    questions: &[f32],
    head: usize,
    out: &mut [f32],
    matches: &mut Vec<f32>,
) {
    let parts = |first: usize| {
        questions.chunks_exact(3 * WIDTH).map(move |row| &row[first + head..][..HEAD])
    };
    let scale = 1.0 / (HEAD as f32).sqrt();
    for (query, out) in parts(0).zip(out.chunks_exact_mut(WIDTH)) {
        matches.clear();
        matches.extend(
            parts(WIDTH)
                .map(|key| scale * sum(query.iter().zip(key).map(|(query, key)| query * key))),
        );
        let highest = matches.iter().fold(f32::MIN, |highest, value| highest.max(*value));
        matches.iter_mut().for_each(|value| *value = exp(*value - highest));
        let whole = sum(matches.iter().copied());
        let mut values = [0.0f32; HEAD];
        for (weight, value) in matches.iter().zip(parts(2 * WIDTH)) {
            values.iter_mut().zip(value).for_each(|(sum, value)| *sum += weight * value);
        }
        let out = &mut out[head..][..HEAD];
        out.iter_mut().zip(values).for_each(|(out, value)| *out = value / whole);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_alone_sees_its_own_value_and_no_other_sequence() {
        let questions: Vec<f32> = (0..3 * 3 * 32).map(|n| (n % 13) as f32 * 0.2 - 1.0).collect();
        let mut attended = Vec::new();
        attend::<32>(&questions, &[1, 2], &mut attended);
        assert_eq!(attended[..32], questions[64..96]);
        let mut alone = Vec::new();
        attend::<32>(&questions[96..], &[2], &mut alone);
        assert_eq!(attended[32..], alone);
    }

    #[test]
    fn equal_keys_give_the_mean_of_values() {
        let mut questions = vec![1.0f32; 2 * 3 * 32];
        questions[64..96].fill(3.0);
        questions[160..192].fill(5.0);
        let mut attended = Vec::new();
        attend::<32>(&questions, &[2], &mut attended);
        assert_eq!(attended, vec![4.0; 64]);
    }
}
