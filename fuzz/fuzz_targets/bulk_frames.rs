//! Frames on the `bulk` channel, one after the other, each of a length that the first byte before it says. Memory grows
//! with what has arrived, never with what was announced.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::bulk::Incoming;

const VALUE_BYTES_MAX: usize = 1 << 20;

fuzz_target!(|bytes: &[u8]| {
    let mut incoming = Incoming::default();
    let (mut rest, mut arrived) = (bytes, 0);
    while let Some((&length, after)) = rest.split_first() {
        let (frame, after) = after.split_at(usize::from(length).min(after.len()));
        rest = after;
        arrived += frame.len();
        match incoming.accept(frame, VALUE_BYTES_MAX) {
            Ok(Some(value)) => assert!(value.len() <= arrived),
            Ok(None) => assert!(incoming.progress_bytes().0 <= arrived),
            Err(_) => return,
        }
    }
});
