//! What the books are asked and say, and proofs that people send each other as texts: none that nobody made shows anything.
#![no_main]

use books::view::{ProofView, Question, View};
use libfuzzer_sys::fuzz_target;
use units::Hash;

fuzz_target!(|bytes: &[u8]| {
    let hash = Hash::of(b"nobody's");
    let _ = Question::decode(bytes);
    if let Some(View::Proof(proof)) = View::decode(bytes) {
        assert!(proof.check(hash, proof.tip).is_err());
        let _ = ProofView::of_text(&proof.to_text(hash));
    }
    let text = String::from_utf8_lossy(bytes);
    let title = "Proof that an entry is on a page of a room's books";
    for text in [text.clone().into_owned(), format!("{title}\n{text}")] {
        if let Ok((proof, _)) = ProofView::of_text(&text) {
            assert!(proof.check(hash, proof.tip).is_err());
        }
    }
});
