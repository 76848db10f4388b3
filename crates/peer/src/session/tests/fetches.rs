//! Models come in pieces, from everyone who has them.

use super::*;
use crate::session::Fetch;

const PIECES: usize = 19;

fn value() -> Vec<u8> {
    (0..PIECES * pieces::PIECE_BYTES - 5).map(|place| (place / 1000) as u8).collect()
}

fn holder(number: u8) -> PeerId {
    PeerId::from_bytes([number; 32])
}

fn list() -> ModelPart {
    ModelPart::List { names: pieces::piece_names(&value()) }
}

fn piece(piece: u32) -> ModelPart {
    let value = value();
    let bytes = value[pieces::place(piece as usize, value.len())].to_vec();
    ModelPart::Piece { piece, bytes }
}

fn fetch() -> Fetch {
    Fetch::new(pieces::name(&value()), value().len(), holder(1))
}

/// Lets holders send what they are asked for until nobody is asked; counts the pieces of each.
fn runs(
    fetch: &mut Fetch,
    sends: impl Fn(PeerId, u32) -> Option<ModelPart>,
) -> BTreeMap<PeerId, usize> {
    let mut sent = BTreeMap::new();
    loop {
        let requests = fetch.requests(Instant::ZERO);
        if requests.is_empty() {
            return sent;
        }
        for (from, asked) in requests {
            let first: Vec<u32> = (0..MODEL_PIECES_MAX as u32).collect();
            if asked.is_empty() {
                fetch.take(from, list(), Instant::ZERO).unwrap();
            }
            for part in if asked.is_empty() { first } else { asked } {
                let Some(part) = sends(from, part) else { continue };
                *sent.entry(from).or_default() += 1;
                let _ = fetch.take(from, part, Instant::ZERO);
            }
        }
    }
}

#[test]
fn a_model_comes_from_all_who_have_it() {
    let mut fetch = fetch();
    fetch.add(holder(2));
    fetch.add(holder(3));
    let sent = runs(&mut fetch, |_, wanted| Some(piece(wanted)));
    assert_eq!(fetch.whole(), Some(value()));
    assert_eq!(sent.values().sum::<usize>(), PIECES, "nothing twice");
    assert!(sent.len() == 3 && sent.values().all(|count| *count >= 4), "{sent:?}");
}

#[test]
fn what_has_arrived_is_kept_when_a_holder_goes() {
    let mut fetch = fetch();
    let goes_after = |_, wanted| (wanted < 6).then(|| piece(wanted));
    assert_eq!(runs(&mut fetch, goes_after)[&holder(1)], 6);
    let late = fetch.expire(Instant::ZERO + Duration::from_secs(10));
    assert_eq!(late, [holder(1)]);
    assert!(!fetch.has_holders() && fetch.has_begun());
    fetch.add(holder(2));
    assert_eq!(runs(&mut fetch, |_, wanted| Some(piece(wanted)))[&holder(2)], PIECES - 6);
    assert_eq!(fetch.whole(), Some(value()));
}

#[test]
fn who_sends_a_wrong_piece_sends_no_more_and_costs_no_other() {
    let mut fetch = fetch();
    fetch.add(holder(2));
    let lies = |from, wanted| match from == holder(2) {
        true => Some(ModelPart::Piece { piece: wanted, bytes: vec![0; pieces::PIECE_BYTES] }),
        false => Some(piece(wanted)),
    };
    let sent = runs(&mut fetch, lies);
    assert_eq!(fetch.whole(), Some(value()));
    assert_eq!(sent[&holder(1)], PIECES);
}

#[test]
fn pieces_that_come_before_the_list_wait_for_it() {
    let mut fetch = fetch();
    fetch.add(holder(2));
    let requests = fetch.requests(Instant::ZERO);
    assert_eq!(requests, [(holder(1), vec![]), (holder(2), vec![4, 5, 6, 7])]);
    let wrong = ModelPart::Piece { piece: 5, bytes: vec![0; pieces::PIECE_BYTES] };
    for part in [piece(4), wrong, piece(6)] {
        fetch.take(holder(2), part, Instant::ZERO).unwrap();
    }
    fetch.take(holder(1), list(), Instant::ZERO).unwrap();
    assert_eq!(fetch.requests(Instant::ZERO), [], "who sent a wrong one is asked no more");
    (0..4).for_each(|wanted| fetch.take(holder(1), piece(wanted), Instant::ZERO).unwrap());
    let sent = runs(&mut fetch, |_, wanted| Some(piece(wanted)));
    assert_eq!(sent, BTreeMap::from([(holder(1), PIECES - 6)]));
    assert_eq!(fetch.whole(), Some(value()));
}

#[test]
fn a_list_of_another_model_is_refused_before_a_piece_is_here() {
    let mut fetch = fetch();
    fetch.requests(Instant::ZERO);
    let mut names = pieces::piece_names(&value());
    names[3] = Hash::of(b"something else");
    assert!(fetch.take(holder(1), ModelPart::List { names }, Instant::ZERO).is_err());
    assert!(!fetch.has_holders() && !fetch.has_begun());
}

#[test]
fn what_nobody_asked_for_is_not_looked_at() {
    let mut fetch = fetch();
    assert!(fetch.take(holder(1), list(), Instant::ZERO).is_ok());
    assert!(!fetch.has_begun(), "it has not been asked");
    fetch.requests(Instant::ZERO);
    fetch.take(holder(1), list(), Instant::ZERO).unwrap();
    for from in [holder(1), holder(2)] {
        let unasked = ModelPart::Piece { piece: 18, bytes: Vec::new() };
        assert!(fetch.take(from, unasked, Instant::ZERO).is_ok());
    }
    assert_eq!(fetch.whole(), None);
}
