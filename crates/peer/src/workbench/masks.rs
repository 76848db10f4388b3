//! A member's part in a round in which only sums of groups are seen, and what such sums do to the shared network.

use super::{
    alone::Alone,
    cluster::Cluster,
    invalid,
    learning::{LESSONS_RMS_MAX, add_bounded, difference},
};
use crate::job::{Answer, GroupSum, JobError, MaskBytes, MaskGroup, MaskJob, MaskedSum};
use private::{
    Dealt, Keys, Masked, Places, PublicKeys, Roster, RoundName, Sharing, Transcript, Unmask,
    Unmasking,
};
use protocol::limits;
use transcript::sums::{self, Counting};
use units::{Hash, PeerId};

const PAPERS_BYTES: usize = 32;

/// What is held of a round. Each step takes away what the one before held.
#[derive(Debug)]
pub(super) enum Masking {
    /// Keys that nobody has been dealt shares of.
    Keys(Keys),
    /// Shares of the own secrets are dealt.
    Sharing(Sharing),
    /// The masked change is made; it is kept as it was, until it is known whether it went into a sum.
    Unmasking { unmasking: Unmasking, change: Vec<f32> },
}

impl Cluster {
    pub(super) fn run_masks(&mut self, job: MaskJob) -> Result<Answer, JobError> {
        match job {
            MaskJob::MakeKeys { entropy } => {
                let keys = Keys::new(entropy);
                let public = keys.public().encode();
                self.take_back_masked();
                self.masking = Some(Masking::Keys(keys));
                Ok(Answer::Bytes(public))
            }
            MaskJob::Deal { group, entropy } => self.deal(&group, entropy),
            MaskJob::Mask { papers, dealt, reach } => self.mask(papers, &dealt, reach),
            MaskJob::Unmask { survivors } => match &mut self.masking {
                Some(Masking::Unmasking { unmasking, .. }) => {
                    let unmask = unmasking.answer(Places::from_bits(survivors));
                    Ok(Answer::Bytes(unmask.map_err(invalid)?.encode()))
                }
                _ => Err(invalid("no masked change of this device is on its way")),
            },
            MaskJob::Recover(sum) => self.recover(&sum),
        }
    }

    fn deal(&mut self, group: &MaskGroup, entropy: [u8; 32]) -> Result<Answer, JobError> {
        let roster = roster(group)?;
        let Some(Masking::Keys(keys)) = self.masking.take_if(|it| matches!(it, Masking::Keys(_)))
        else {
            return Err(invalid("no keys to deal shares of: keys are good for one round"));
        };
        let (sharing, dealt) = keys.share(roster, entropy).map_err(invalid)?;
        self.masking = Some(Masking::Sharing(sharing));
        Ok(Answer::Bytes(dealt.encode()))
    }

    fn mask(&mut self, papers: Hash, dealt: &[MaskBytes], reach: f32) -> Result<Answer, JobError> {
        let is_sharing = |it: &mut Masking| matches!(it, Masking::Sharing(_));
        let Some(Masking::Sharing(mut sharing)) = self.masking.take_if(is_sharing) else {
            return Err(invalid("no shares were dealt for this change: masks are put on once"));
        };
        for (place, bytes) in dealt.iter().enumerate() {
            sharing.take(&read_dealt(place, bytes)?).map_err(invalid)?;
        }
        let counting = Counting::new(self.model.network(), reach);
        let steps = counting.grid().quantise(&mut self.residual.clone(), counting.tensors());
        let change = steps.in_parameters(counting.tensors());
        let present = Places::first(dealt.len());
        let (masked, unmasking) = sharing.mask(steps, counting.grid(), present).map_err(invalid)?;
        // Whatever does not go out now, by rounding or by its length, goes with the next change.
        self.residual = difference(&self.residual, &change);
        self.masking = Some(Masking::Unmasking { unmasking, change });
        Ok(Answer::Masked([papers.as_bytes(), &masked.encode()[..]].concat()))
    }

    fn recover(&self, sum: &MaskedSum) -> Result<Answer, JobError> {
        let MaskedSum { group, dealt, survivors, updates, unmasks, reach } = sum;
        let counting = Counting::new(self.model.network(), *reach);
        let survivors = Places::from_bits(*survivors);
        if updates.len() != survivors.count() {
            return Err(invalid("a sum of more or fewer updates than there are survivors"));
        }
        let mut transcript = Transcript::new(roster(group)?);
        for (place, bytes) in dealt.iter().enumerate() {
            transcript.add_dealt(read_dealt(place, bytes)?);
        }
        for (place, bytes) in survivors.iter().zip(updates) {
            let masked = bytes.0.get(PAPERS_BYTES..).unwrap_or_default();
            transcript.add_masked(place, Masked::decode(masked).map_err(invalid)?);
        }
        for (place, bytes) in unmasks {
            // What one member hands out may be nothing: others' shares do as well.
            if let Ok(unmask) = Unmask::decode(&bytes.0) {
                transcript.add_unmask((*place).into(), unmask);
            }
        }
        let sum = transcript.recover(survivors, counting.grid(), &counting.values());
        Ok(Answer::Sum(sum.map_err(invalid)?.encode(counting.grid())))
    }

    /// Brings sums of groups into the shared network; `own` says whether this device's change is in one of them.
    pub(super) fn aggregate_sums(
        &mut self,
        sums: &[GroupSum],
        reach: f32,
        own: bool,
    ) -> Result<Answer, JobError> {
        if sums.len() > limits::ROUND_MEMBERS_MAX {
            return Err(invalid(format_args!("{} groups in one round", sums.len())));
        }
        let mut model = self.model.clone();
        let parts: Vec<_> = sums.iter().map(|it| (it.samples, &it.sum[..])).collect();
        sums::aggregate(&mut model, reach, &parts);
        self.keep_lessons();
        if own {
            self.masking = None;
        } else {
            self.take_back_masked();
        }
        self.pending = None;
        self.model_hash = model.hash();
        self.model = model;
        self.end_lessons();
        let judged = |alone: &Alone| alone.judged_on(self.data.as_ref()?);
        let alone = self.alone.as_ref().and_then(judged);
        let (model, together) = (self.model_hash, self.together());
        Ok(Answer::Aggregated { model, together, alone, scores: Vec::new() })
    }

    /// The masked change that is on its way did not go into a sum: it waits for the next one.
    fn take_back_masked(&mut self) {
        if let Some(Masking::Unmasking { change, .. }) = self.masking.take() {
            add_bounded(&mut self.residual, &change, LESSONS_RMS_MAX);
        }
    }
}

fn roster(group: &MaskGroup) -> Result<Roster, JobError> {
    let MaskGroup { session, parent, number, members } = group;
    let round = RoundName { session: *session, parent: *parent, group: *number };
    let keys = |(peer, keys): &(PeerId, MaskBytes)| {
        Ok((*peer, PublicKeys::decode(&keys.0).map_err(invalid)?))
    };
    let members = members.iter().map(keys).collect::<Result<_, _>>()?;
    Roster::new(round, members).map_err(invalid)
}

fn read_dealt(place: usize, bytes: &MaskBytes) -> Result<Dealt, JobError> {
    let dealt = Dealt::decode(&bytes.0).map_err(invalid)?;
    if dealt.from != place {
        return Err(invalid(format_args!(
            "shares of place {} in the place of {place}",
            dealt.from
        )));
    }
    Ok(dealt)
}
