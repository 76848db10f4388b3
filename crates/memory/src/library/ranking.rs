//! In which order capsules are found.

use units::UnixMillis;

/// What counts for how much. A capsule's score is
///
/// `similarity + words · w + tags · t + strength · s`
///
/// where `similarity` is the cosine between the question's embedding and the capsule's (0 where one has none), `w` the part of the
/// question's words that text and tags hold, each by how rare it is, `t` the part of the wanted tags that the capsule has, and `s` its
/// strength: importance that fades unless it is used. All are from 0 to 1, but for the cosine, which may be negative.
///
/// Where the whole model is in use, `similarity` is the cosine by that model for capsules that it has read, and the table's for the
/// others; and `words` is [`Self::words_beside_whole_model`] for all of them. Both models' cosines are of one size: of questions and
/// their answers in `bench/memory/pairs.json` they are 0.61 and 0.51 in the mean, of any two texts 0.03 and 0.02.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranking {
    /// For words that both have.
    pub words: f32,
    /// The same where the whole model has read the question: it finds what is said in other words, which words in common would push
    /// back.
    pub words_beside_whole_model: f32,
    /// For tags.
    pub tags: f32,
    /// For importance.
    pub strength: f32,
}

/// What this version of the page goes by.
pub const RANKING: Ranking =
    Ranking { words: 0.35, words_beside_whole_model: 0.15, tags: 0.2, strength: 0.05 };

/// Without use, a capsule's strength is half of its importance after 30 days; each use makes it fade more slowly.
const HALF_LIFE_MS: f32 = 30.0 * 24.0 * 3_600_000.0;

impl Ranking {
    /// What counts where the whole model has read the question.
    pub(super) fn beside_whole_model(self) -> Self {
        Self { words: self.words_beside_whole_model, ..self }
    }

    pub(super) fn score(&self, similarity: f32, words: f32, tags: f32, strength: f32) -> f32 {
        similarity + self.words * words + self.tags * tags + self.strength * strength
    }
}

/// How much a capsule counts now, from 0 to 1: forgetting goes by a power of time (Wixted and Ebbesen 1991), not exponentially.
pub(crate) fn strength(importance: u8, uses: u32, used_at: UnixMillis, now: UnixMillis) -> f32 {
    let age_ms = now.0.saturating_sub(used_at.0) as f32;
    let half_life_ms = HALF_LIFE_MS * (1 + uses.min(1_000)) as f32;
    f32::from(importance) / 100.0 / (1.0 + age_ms / half_life_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_fades_more_slowly() {
        let day = 24 * 3_600_000;
        let strength = |uses, days: u64| strength(60, uses, UnixMillis(0), UnixMillis(days * day));
        assert_eq!(strength(0, 0), 0.6);
        assert_eq!(strength(0, 30), 0.3);
        assert!(strength(1, 30) > strength(0, 30));
        assert!(strength(5, 300) > strength(1, 300));
    }
}
