//! Whatever comes as a copy of a device is opened or refused, and content that can be read is written as it was.
#![no_main]

use backup::{Content, Cost, open, seal};
use libfuzzer_sys::fuzz_target;

const PASSPHRASE: &str = "a passphrase";

fuzz_target!(|bytes: &[u8]| {
    // A head that asks for a gigabyte's work is refused by its numbers; one that asks for less is none to try here.
    let head = [b"PCB1\x01\x00\x08\0\0\0\x01\0\0\0", bytes].concat();
    let _ = open(&head, PASSPHRASE);
    let _ = backup::Head::decode(bytes);
    if let Ok(content) = Content::read(bytes) {
        let file = seal(&content, PASSPHRASE, &[1; 35], Cost::LEAST).expect("what was read fits");
        assert_eq!(open(&file, PASSPHRASE), Ok(content));
    }
});
