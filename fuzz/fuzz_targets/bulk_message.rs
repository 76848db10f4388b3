//! Values on the `bulk` channel.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::message::BulkMessage;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = BulkMessage::decode(bytes) {
        assert_eq!(BulkMessage::decode(&message.encode()), Ok(message));
    }
});
