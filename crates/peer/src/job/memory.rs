//! Work on what this device remembers. It is done in a place of its own, so that a search waits for no training.

pub use memory::keeper::{Answer as MemoryAnswer, Told as MemoryCall};
use serde::{Deserialize, Serialize};
use units::UnixMillis;

/// Something that this device's memory is told, or asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemoryJob {
    /// When.
    pub now: UnixMillis,
    /// What.
    pub call: MemoryCall,
}
