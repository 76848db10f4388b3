//! How fast members train and the network carries, as earlier rounds have shown: how much to train, how long to wait.

use crate::config::Limits;
use ::core::time::Duration;
use protocol::session::{Commitment, SessionOptions};
use units::sort_by_key;

/// How long the first round waits for commitments, when nobody's speed is known.
const FIRST_COMMIT_WAIT: Duration = Duration::from_secs(10);
/// What a slow uplink carries at least, in bytes a second: how long updates may travel when nothing is known.
const UPLINK_BYTES_PER_SECOND_MIN: u64 = 100_000;
/// What any wait has besides a multiple of what was measured.
const GRACE: Duration = Duration::from_millis(300);
/// The longest way of an update is forgotten by this part of it a round.
const TRAVEL_FADES: u32 = 4;

/// A device that needs so much longer than the one in the middle takes fewer steps, in percent.
const SLOWER_PERCENT: u64 = 150;
/// Nobody minds waiting for less, and clocks of browsers are coarse.
const SLOWER_MIN: Duration = Duration::from_millis(100);
/// The least part of a round's steps that a slow device takes.
const STEPS_DIVISOR_MAX: u64 = 16;

#[derive(Default)]
pub(super) struct Pace {
    /// What a sample takes the member in the middle, in nanoseconds.
    sample_ns: Option<u64>,
    /// What it takes this device.
    own_sample_ns: Option<u64>,
    /// How long updates travel: the most of late.
    travel: Option<Duration>,
}

impl Pace {
    /// A round is over in which members trained as they say.
    pub(super) fn note_training<'a>(&mut self, commitments: impl Iterator<Item = &'a Commitment>) {
        let sample_ns = |it: &Commitment| {
            1_000_000 * u64::from(it.train_ms) / u64::from(it.contribution.samples.max(1))
        };
        let mut all: Vec<_> = commitments.map(sample_ns).collect();
        sort_by_key(&mut all, |sample_ns| *sample_ns);
        self.sample_ns = all.get(all.len() / 2).copied().or(self.sample_ns);
    }

    /// This device has trained, in time or not.
    pub(super) fn note_own_training(&mut self, samples: u32, took: Duration) {
        let took_ns = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.own_sample_ns = Some(took_ns / u64::from(samples.max(1)));
    }

    /// A round's updates were so long on their way. One long way is remembered for some rounds: where packets are lost, the
    /// next one may be as long again, and a member that is given up too early goes on alone.
    pub(super) fn note_travel(&mut self, travel: Duration) {
        let faded = self.travel.map(|most| most - most / TRAVEL_FADES);
        self.travel = Some(faded.map_or(travel, |most| most.max(travel)));
    }

    /// How many steps this device takes: as many as it can in the time that the member in the middle takes for all.
    pub(super) fn steps(&self, options: &SessionOptions) -> u32 {
        let all = options.local_steps;
        let (Some(middle), Some(own)) = (self.sample_ns, self.own_sample_ns) else { return all };
        let longer_ns = own.saturating_sub(middle).saturating_mul(options.samples_max());
        let is_little = Duration::from_nanos(longer_ns) < SLOWER_MIN;
        if is_little || own.saturating_mul(100) <= middle.saturating_mul(SLOWER_PERCENT) {
            return all;
        }
        let least = (u64::from(all) / STEPS_DIVISOR_MAX).max(1);
        (u64::from(all).saturating_mul(middle) / own.max(1)).clamp(least, u64::from(all)) as u32
    }

    /// How long the member in the middle trains for a whole round.
    pub(super) fn training(&self, options: &SessionOptions) -> Option<Duration> {
        let round_ns = |sample_ns: u64| sample_ns.saturating_mul(options.samples_max());
        self.sample_ns.map(|sample_ns| Duration::from_nanos(round_ns(sample_ns)))
    }

    /// How long a round waits for commitments: three times what the member in the middle needs.
    pub(super) fn commit_wait(&self, options: &SessionOptions, limits: &Limits) -> Duration {
        let measured =
            self.training(options).map(|training| training.saturating_mul(3) + 3 * GRACE);
        let wait = measured.unwrap_or(FIRST_COMMIT_WAIT);
        wait.clamp(limits.commit_wait_min, limits.commit_wait_max)
    }

    /// How long the rest may take when half have committed after so long: as long again. Nothing is known of it before speeds
    /// are.
    pub(super) fn rest_wait(&self, half_took: Duration) -> Option<Duration> {
        self.sample_ns.map(|_| half_took.saturating_mul(2) + 3 * GRACE)
    }

    /// How long updates may travel after commitments are closed: three times what they took of late, or as long as
    /// `bytes` take on a slow uplink.
    pub(super) fn reveal_wait(&self, bytes: u64) -> Duration {
        let most = reveal_wait_max(bytes);
        self.travel.map_or(most, |travel| (travel.saturating_mul(3) + GRACE).min(most))
    }

    /// How long a leader may say nothing.
    pub(super) fn leader_wait(&self, limits: &Limits) -> Duration {
        let measured = self.travel.map(|travel| travel.saturating_mul(2) + GRACE);
        measured.unwrap_or(limits.leader_wait).min(limits.leader_wait)
    }
}

/// How long updates may travel when nothing is known of the network: as long as `bytes` take on a slow uplink, and a while.
pub(super) fn reveal_wait_max(bytes: u64) -> Duration {
    Duration::from_secs(3) + Duration::from_millis(bytes * 1_000 / UPLINK_BYTES_PER_SECOND_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{identity::Identity, session::Contribution};
    use units::{Hash, SessionId};

    const OPTIONS: SessionOptions = SessionOptions {
        rounds: 10,
        local_steps: 40,
        batch_rows: 10,
        learning_rate_millionths: 1_000,
        privacy: None,
        masks: None,
    };

    fn trained(seed: u8, samples: u32, train_ms: u32) -> Commitment {
        let parent = Hash::of(b"parent");
        let round = (SessionId::from_bytes([1; 16]), parent);
        let identity = Identity::from_seed([seed; 32]);
        let (scores, update) = (Hash::of(b"s"), Hash::of(b"u"));
        let contribution = Contribution::sign(&identity, round, scores, update, samples, 1);
        Commitment { parent, contribution, train_ms }
    }

    fn steps_of_last(times_ms: [u32; 3]) -> u32 {
        let mut pace = Pace::default();
        let commitments = [1, 2, 3].map(|n| trained(n, 400, times_ms[usize::from(n) - 1]));
        pace.note_training(commitments.iter());
        pace.note_own_training(400, Duration::from_millis(times_ms[2].into()));
        pace.steps(&OPTIONS)
    }

    #[test]
    fn a_slow_device_takes_fewer_steps_and_others_all() {
        assert_eq!(Pace::default().steps(&OPTIONS), 40);
        assert_eq!(steps_of_last([100, 100, 90]), 40);
        assert_eq!(steps_of_last([100, 100, 140]), 40, "a little slower");
        assert_eq!(steps_of_last([1, 1, 20]), 40, "many times slower, and nobody waits for it");
        assert_eq!(steps_of_last([100, 100, 400]), 10);
        assert_eq!(steps_of_last([100, 100, 1_000_000]), 2, "never none");
    }

    #[test]
    fn fewer_steps_do_not_make_a_device_look_faster() {
        let mut pace = Pace::default();
        let mut samples = 400;
        for _ in 0..5 {
            let others = [trained(1, 400, 100), trained(2, 400, 100)];
            pace.note_training(others.iter().chain([&trained(3, samples, samples)]));
            pace.note_own_training(samples, Duration::from_millis(samples.into()));
            samples = 10 * pace.steps(&OPTIONS);
        }
        assert_eq!(samples, 100);
    }

    #[test]
    fn waits_follow_what_was_measured() {
        let limits = Limits::default();
        let mut pace = Pace::default();
        assert_eq!(pace.commit_wait(&OPTIONS, &limits), FIRST_COMMIT_WAIT);
        assert_eq!(pace.reveal_wait(100_000), Duration::from_secs(4));
        assert_eq!(pace.leader_wait(&limits), limits.leader_wait);
        assert_eq!(pace.rest_wait(Duration::from_secs(2)), None);
        pace.note_training([trained(1, 400, 2_000)].iter());
        assert_eq!(pace.rest_wait(Duration::from_secs(2)), Some(Duration::from_millis(4_900)));
        pace.note_travel(Duration::from_millis(200));
        assert_eq!(pace.commit_wait(&OPTIONS, &limits), Duration::from_millis(6_900));
        assert_eq!(pace.reveal_wait(100_000), Duration::from_millis(900));
        assert_eq!(pace.leader_wait(&limits), Duration::from_millis(700));
        pace.note_travel(Duration::from_millis(20));
        assert_eq!(
            pace.reveal_wait(100_000),
            Duration::from_millis(750),
            "a long way is remembered"
        );
        pace.note_travel(Duration::from_secs(60));
        assert_eq!(pace.reveal_wait(100_000), Duration::from_secs(4));
        assert_eq!(pace.leader_wait(&limits), limits.leader_wait);
    }
}
