//! Texts of anybody: findings are parts of the text, and once masked nothing is found in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memory::masking::{TEXT_BYTES_MAX, find, mask};

fuzz_target!(|text: &str| {
    let Ok(findings) = find(text) else { return };
    let mut end = 0;
    for finding in findings {
        assert!(end <= finding.start && finding.start < finding.end);
        assert!(text.get(finding.range()).is_some());
        end = finding.end;
    }
    let masked = mask(text).expect("it is no longer than what was looked at");
    if masked.text().len() <= TEXT_BYTES_MAX {
        assert_eq!(find(masked.text()), Ok(vec![]));
    }
});
