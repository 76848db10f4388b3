//! Nodes on lease whose work is checked.
//!
//! A *lender*'s nodes fire and learn for a *borrower* ([`neural::nodes::Slice`]). Both keep the same list of what the nodes
//! were told and gave, in *segments*, and hash it as it grows; at the end of each the lender signs a [`Statement`] of the state
//! before, all inputs, all outputs and the state after. The borrower draws some at random ([`audit_rate`]), asks for the state
//! before, and computes them again, bit for bit. What differs is a [`FraudProof`] that everybody can check ([`judge`]) and that
//! costs the lender its stake; what does not is paid for by receipts ([`amount_owed`]).
//!
//! Nodes that are taught by errors have nothing to do with each other, so what is shown is one *group* of eight of them
//! ([`Groups`]), however many were lent.
//!
//! The crate refuses to know of connections, clocks and random generators.
//!
//! ```
//! use lending::{Borrower, Groups, Lender};
//! # use ledger::contracts::lending::{Loan, Phase, Terms};
//! # use neural::{Events, LearningState, Network, nodes::NodeId};
//! # use protocol::{cluster::{LayerSpec, NetworkSpec}, identity::Identity};
//! # use units::{Credits, Hash, PeerId, UnixMillis};
//! # let layers = vec![LayerSpec::new(12, 4)];
//! # let spec = NetworkSpec { inputs: 5, steps: 1, layers, classes: 2, seed: 1 };
//! # let ids: Vec<_> = (0..12).map(|index| NodeId::new(0, index)).collect();
//! # let slice = Network::new(&spec).unwrap().slice(&LearningState::new(&spec), &ids, 8).unwrap();
//! # let identity = Identity::from_seed([1; 32]);
//! # let (room, name) = (Hash::of(b"room"), Hash::of(b"loan"));
//! # let terms = Terms {
//! #     nodes: 12, price_per_hour: Credits::ZERO, price_per_thousand_events: Credits::ZERO,
//! #     stake: Credits::whole(10), inputs_max: 5,
//! # };
//! # let (since, until, phase) = (UnixMillis(0), UnixMillis(1), Phase::Open);
//! # let state = Groups::of(&slice).unwrap();
//! # let loan = Loan {
//! #     borrower: PeerId::from_bytes([2; 32]), lender: identity.peer_id(), terms,
//! #     deposit: Credits::ZERO, state: state.root(), since, until, phase,
//! # };
//! let mut borrower = Borrower::new(room, name, loan.lender, &state);
//! let mut lender = Lender::new(room, name, &loan, slice).unwrap();
//!
//! let mut below = Events::new(5);
//! below.push_sample(&[0, 3], &[1.0, -0.5]).unwrap();
//! let sent = borrower.fire(0, &below);
//! let answer = lender.fire(0, sent, &identity).unwrap();
//! borrower.fired(0, answer.fired.unwrap()).unwrap();
//!
//! borrower.finish();
//! borrower.take_report(lender.finish(&identity).unwrap()).unwrap();
//! let state = lender.state(0).unwrap().to_vec();
//! assert_eq!(borrower.audit(0, state), Ok(lending::Verdict::Right));
//! ```
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

mod audit;
mod borrower;
mod groups;
mod hash;
mod leased;
mod lender;
mod lent;
pub mod limits;
mod message;
mod operation;
mod price;
mod proof;
mod rank;
mod rate;
mod statement;
#[cfg(test)]
mod tests;
mod transcript;

pub use audit::{Audit, InvalidAudit, Verdict};
pub use borrower::{Borrower, Complaint};
pub use groups::{Groups, InvalidState};
pub use leased::{Breach, Leased, root_of};
pub use lender::{Answer, Lender, NotLent};
pub use lent::{Done, Lent, Progress, Span, Stop};
pub use message::Message;
pub use operation::{InvalidOperation, Operation};
pub use price::{Account, CLOCKS_DIFFER, PoorReceipt, UNPAID_SEGMENTS_MAX, Unpaid, amount_owed};
pub use proof::{Evidence, FraudProof, NoProof, WrongWork, judge};
pub use rank::{BUSY_THOUSANDS_PER_HOUR, Candidate, dearness, deposit_for};
pub use rate::{AuditRate, Known, RATE_MAX, RATE_MIN, audit_rate};
pub use statement::{Digests, Report, Statement};
