//! Envelopes as a hostile server may hand them over: never opened, whatever the bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::{
    identity::Identity,
    room::RoomSecret,
    signaling::{ServerMessage, decode_server},
};

fuzz_target!(|text: &str| {
    let room = RoomSecret::from_bytes([5; 32]);
    let (sender, me) =
        (Identity::from_seed([1; 32]).peer_id(), Identity::from_seed([2; 32]).peer_id());
    // Base64 has no characters that JSON escapes, so quoting it is all that it takes to make it a message.
    let json = format!(r#"{{"type":"signal","from":"{sender}","envelope":"{text}"}}"#);
    if let Ok(ServerMessage::Signal { envelope, .. }) = decode_server(&json) {
        assert!(envelope.open(&room, sender, me).is_err());
    }
});
