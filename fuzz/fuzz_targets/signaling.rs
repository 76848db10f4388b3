//! JSON from a peer to the server and from the server to a peer. What is read must read the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::signaling::{decode_client, decode_server};

fuzz_target!(|text: &str| {
    if let Ok(message) = decode_client(text) {
        assert_eq!(decode_client(&message.to_json()), Ok(message));
    }
    if let Ok(message) = decode_server(text) {
        assert_eq!(decode_server(&message.to_json()), Ok(message));
    }
});
