//! Messages on the `control` channel.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::message::ControlMessage;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = ControlMessage::decode(bytes) {
        assert!(ControlMessage::decode(&message.encode()).is_ok());
    }
});
