//! The part of a link behind `#`, as somebody may have mangled it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::room::RoomSecret;
use units::RoomId;

fuzz_target!(|text: &str| {
    if let Ok(secret) = text.parse::<RoomSecret>() {
        assert_eq!(secret.to_string().parse(), Ok(secret));
        assert!(RoomSecret::from_invitation(RoomId::from_bytes([0; 16]), text).is_err());
    }
});
