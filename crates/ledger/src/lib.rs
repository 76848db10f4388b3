//! A room's ledger: money, contracts and training records as a replicated state machine.
//!
//! * [`Order`]s say what accounts want done, a report of what members have signed of a finished round among them; [`contracts`] say
//!   what they do, each a state machine of its own; [`economics`] has the numbers, with their reasons.
//! * [`State`] is what is so after a block: entries by key, with a root over all of them, so that any entry can be shown to
//!   somebody who has nothing but a header.
//! * [`Block`]s record orders, which are their transactions; their headers name all that came before, and show [`work`].
//! * [`Chain`] keeps the heaviest chain of them, undoes one for a heavier one, and computes every block again: what a block
//!   says of itself is never believed.
//! * [`reputation`] says who is how well regarded, by what the state has of what members have found of each other.
//! * [`Pool`] holds what is to be recorded.
//!
//! Money is neither made nor destroyed after the beginning ([`Genesis`]), whatever happens. The crate refuses to know of
//! connections, clocks and storage: time is an argument, and bytes are what it gives and takes.
//!
//! ```
//! use ledger::{Action, Chain, Genesis, Order};
//! use protocol::identity::Identity;
//! use units::{Credits, PeerId, RoomId, UnixMillis};
//!
//! let founder = Identity::from_seed([1; 32]);
//! let genesis = Genesis { room: RoomId::from_bytes([7; 16]), founder: founder.peer_id() };
//! let mut chain = Chain::new(genesis, |_, _, _| Err("there are no loans".to_owned()));
//!
//! let (to, amount) = (PeerId::from_bytes([2; 32]), Credits::whole(5));
//! let fee = ledger::economics::FEE_MIN;
//! let order = Order::sign(&founder, genesis.name(), 0, fee, Action::Transfer { to, amount });
//! let (draft, refused) =
//!     chain.draft([order], founder.peer_id(), UnixMillis(1_000)).unwrap();
//! assert!(refused.is_empty());
//! let header = draft.search(0).advance(1_000_000).expect("a first block is easy");
//! chain.add_block(draft.complete(header), UnixMillis(2_000)).unwrap();
//! assert_eq!(chain.account(to).balance, amount);
//! ```
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

mod block;
mod chain;
pub mod contracts;
pub mod economics;
mod encoding;
mod genesis;
mod header;
pub mod merkle;
mod order;
mod payment;
mod pool;
mod refusal;
pub mod reputation;
mod rules;
mod snapshot;
mod state;
pub mod work;

pub use block::{BLOCK_BYTES_MAX, BLOCK_TRANSACTIONS_MAX, Block};
pub use chain::{
    BURIED_MIN, Branch, Chain, Draft, InclusionProof, Moved, PROOF_BYTES_MAX, StateProof,
    UNDONE_MAX,
};
use contracts::lending::Loan;
pub use genesis::Genesis;
pub use header::Header;
pub use order::{
    Action, CAPSULE_TITLE_CHARS_MAX, DISPUTE_BYTES_MAX, ORDER_BYTES_MAX, Order, RoundReport,
};
pub use payment::{Cause, PAYMENTS_MAX, Payment};
pub use pool::Pool;
pub use refusal::Refusal;
pub use rules::block::fees;
pub use snapshot::SNAPSHOT_BYTES_MAX;
pub use state::{Due, Entry, Key, Leaf, State, StatePath};
use units::Hash;

/// Says whether bytes prove that the lender of a loan, which has that name, signed what its nodes did not compute. What it says
/// must follow from its arguments alone: every device has to come to the same. An error is a sentence that says why they do not.
pub type Judge = fn(Hash, &Loan, &[u8]) -> Result<(), String>;
