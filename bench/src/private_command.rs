//! `bench private`: what a private round takes, as JSON.

use bench::private::{Stage, update_bytes};
use std::{error::Error, hint::black_box, time::Instant};

/// The variance of each member's noise where noise is measured: a deviation of 2,000 steps.
const VARIANCE: u64 = 4_000_000;

const REPEATS: usize = 5;

pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let [rows, sparse] = update_bytes()?;
    let groups = [4, 8, 12].map(measure).into_iter().collect::<Result<Vec<_>, _>>()?;
    let noise = noise()?;
    let result = serde_json::json!({
        "groups": groups,
        "noise_ms": noise.0,
        "noisy_masked_bytes": noise.1,
        "rows_bytes": rows,
        "sparse_bytes": sparse,
    });
    println!("{result}");
    Ok(())
}

/// One group from keys to sums, for every number of dropouts that it bears.
fn measure(members: usize) -> Result<serde_json::Value, Box<dyn Error>> {
    let stage = Stage::new(members, 0)?;
    let keys_bytes = private::Keys::new([1; 32]).public().encode().len();
    let (mut deal, mut take, mut mask) = (Vec::new(), Vec::new(), Vec::new());
    let (mut sharing, mut dealt) = (Vec::new(), Vec::new());
    for place in 0..members {
        let (member, shares) = timed(&mut deal, || stage.deal(place))?;
        sharing.push(member);
        dealt.push(shares);
    }
    let (mut masked, mut unmasking) = (Vec::new(), Vec::new());
    for (place, mut member) in sharing.into_iter().enumerate() {
        timed(&mut take, || stage.take(&mut member, &dealt))?;
        let steps = stage.steps(place);
        let (sent, next) = timed(&mut mask, || stage.mask(member, steps))?;
        masked.push(sent);
        unmasking.push(next);
    }
    let mut recover = Vec::new();
    let mut unmask_bytes = 0;
    for dropouts in 0..=stage.dropouts_max().min(3) {
        // What was handed out for one decision is never handed out for another: each is a round of its own.
        let mut unmasking = fresh(&stage, members, &dealt)?;
        let transcript = stage.transcript(&dealt, &masked, &mut unmasking, dropouts)?;
        let mut times = Vec::new();
        for _ in 0..REPEATS {
            black_box(timed(&mut times, || stage.recover(&transcript))?);
        }
        recover.push(median(times));
        unmask_bytes = unmasking[0].answer(transcript.arrived())?.encode().len();
    }
    Ok(serde_json::json!({
        "members": members,
        "bits": stage.grid.bits(),
        "deal_ms": median(deal),
        "take_ms": median(take),
        "mask_ms": median(mask),
        "recover_ms": recover,
        "keys_bytes": keys_bytes,
        "dealt_bytes": dealt[0].encode().len(),
        "masked_bytes": masked[0].encode().len(),
        "unmask_bytes": unmask_bytes,
    }))
}

/// Members that have masked the same changes with the same keys, and handed nothing out.
fn fresh(
    stage: &Stage,
    members: usize,
    dealt: &[private::Dealt],
) -> Result<Vec<private::Unmasking>, Box<dyn Error>> {
    let mut unmasking = Vec::with_capacity(members);
    for place in 0..members {
        let (mut member, _) = stage.deal(place)?;
        stage.take(&mut member, dealt)?;
        unmasking.push(stage.mask(member, stage.steps(place))?.1);
    }
    Ok(unmasking)
}

/// How long noise for a change takes, and how long the masked change is then.
fn noise() -> Result<(f64, usize), Box<dyn Error>> {
    let stage = Stage::new(4, VARIANCE)?;
    let mut times = Vec::new();
    for place in 0..REPEATS {
        let steps = stage.steps(place);
        black_box(timed(&mut times, || Ok::<_, Box<dyn Error>>(stage.with_noise(steps, place)))?);
    }
    let (sharing, dealt): (Vec<_>, Vec<_>) =
        (0..4).map(|place| stage.deal(place)).collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
    let Some(mut member) = sharing.into_iter().next() else { return Err("nobody".into()) };
    stage.take(&mut member, &dealt)?;
    let (masked, _) = stage.mask(member, stage.with_noise(stage.steps(0), 0))?;
    Ok((median(times), masked.encode().len()))
}

fn timed<T, E>(times: &mut Vec<f64>, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let start = Instant::now();
    let done = work();
    times.push(start.elapsed().as_secs_f64() * 1e3);
    done
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
