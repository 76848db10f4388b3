//! What a ledger's pages compute is the same natively and in WebAssembly under Node, where it is done in other ways.

use ledger::{
    Header,
    work::{Search, shows},
};

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_search_finds_what_hashing_nonce_after_nonce_finds() {
    const NONCES: u32 = 3_000;
    const HASHES: u64 = 40;
    for start in [5, u64::from(u32::MAX) - 1_001, u64::MAX - 1_002] {
        let header = Header { nonce: start, ..bench::ledger::header() };
        let with_nonce = |tried: u32| Header { nonce: start.wrapping_add(tried.into()), ..header };
        let expected: Vec<_> =
            (0..NONCES).map(with_nonce).filter(|tried| shows(tried.hash(), HASHES)).collect();
        for portion in [1, 3, NONCES] {
            let mut search = Search::new(header, HASHES);
            let mut found = Vec::new();
            for first in (0..NONCES).step_by(portion as usize) {
                let end = with_nonce((first + portion).min(NONCES)).nonce;
                let mut left = portion.min(NONCES - first);
                while let Some(header) = search.advance(left) {
                    left = end.wrapping_sub(header.nonce) as u32 - 1;
                    found.push(header);
                }
            }
            assert_eq!(found, expected, "from {start}, {portion} at a time");
        }
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn signatures_hold_in_batches_and_what_is_wrong_is_found() {
    let signed = bench::ledger::signatures(7);
    assert!(bench::ledger::finds_what_is_wrong(&signed));
    let claims: Vec<_> = signed.into_iter().map(|signed| signed.claim).collect();
    assert_eq!(bench::ledger::verify(&claims, 3), Ok(()));
}
