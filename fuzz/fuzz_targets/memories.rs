//! Whatever comes as a message about memories, a capsule, or a log, is read or refused; and a library that hears it stays whole.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memory::{
    call::{Call, Reply},
    capsule::{Capsule, PersonalKey},
    library::{Library, News},
    log::{self, HEADER},
    message::Message,
};
use protocol::identity::Identity;
use units::{PeerId, UnixMillis};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = Message::decode(bytes) {
        assert_eq!(Message::decode(&message.encode()), Ok(message));
    }
    if let Ok(capsule) = Capsule::decode(bytes) {
        assert_eq!(Capsule::decode(&capsule.encode()), Ok(capsule));
    }
    let _ = (Call::decode(bytes), Reply::decode(bytes), News::decode_all(bytes));
    let file = [&HEADER[..], bytes].concat();
    if let Ok(read) = log::read(&file) {
        assert!(read.whole_bytes <= file.len());
    }
    let owner = Identity::from_seed([1; 32]);
    let opened = Library::open(owner, PersonalKey::from_bytes([2; 32]), &file);
    if let Ok((mut library, _)) = opened {
        library.hear(PeerId::from_bytes([3; 32]), bytes, UnixMillis(1));
        library.consolidate(UnixMillis(2));
        let _ = library.take_outcome();
    }
});
