//! Where things stand in the books, for people to look at.
//!
//! A [`Question`] is asked with [`Books::look`], which answers with a [`View`]. Amounts are in micro-credits, times in
//! milliseconds since 1970-01-01 UTC by the clocks of those who found the blocks.

mod branches;
mod proof;
mod proof_text;
mod received;

use crate::Books;
pub use branches::{BranchView, BranchesView, EntryFate, Fate};
use ledger::{
    Action, Chain, Entry, Key, Order,
    contracts::{
        capsules::Capsule,
        lending::{Loan, Offer, Phase, Terms},
        money::{Account, Standing as AccountStanding},
        treasury::Treasury,
    },
    economics, fees,
    reputation::{Reputation, percent_of_best},
};
pub use proof::{Checked, NoProof, ProofView};
pub use proof_text::{NoProofText, PROOF_TEXT_CHARS_MAX};
use protocol::encoding::{decode, encode};
pub use received::ReceivedView;
use serde::{Deserialize, Serialize};
use units::{Credits, Hash, PeerId, SessionId, UnixMillis};

/// Entries of one answer.
const ENTRIES_MAX: usize = 200;

/// Bytes of a question or an answer.
const BYTES_MAX: usize = 4 * 1024 * 1024;

/// What somebody would like to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Question {
    /// How the ledger stands as a whole.
    Overview,
    /// Blocks that count, the newest first.
    Blocks {
        /// From this height down; from the newest if there is none.
        from: Option<u32>,
        /// How many, 200 at most.
        count: u32,
    },
    /// What a block records.
    Block {
        /// At which height.
        height: u32,
    },
    /// All accounts, the richest first.
    Accounts,
    /// Nodes for lease and on lease, and capsules.
    Market,
    /// How members are regarded, the best first, with reasons.
    Reputation,
    /// A proof that something is recorded.
    Proof {
        /// The transaction's name.
        transaction: Hash,
    },
    /// Everything computed once more from the beginning.
    Check,
    /// Blocks that gave way to others.
    Branches,
    /// What this device was paid with the newest blocks.
    Received,
    /// What is recorded of capsules, by their names: [`CAPSULES_MAX`] at most.
    Capsules(Vec<Hash>),
}

/// What can be said to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum View {
    /// To [`Question::Overview`].
    Overview(Overview),
    /// To [`Question::Blocks`].
    Blocks(Vec<BlockView>),
    /// To [`Question::Block`].
    Block(BlockView, Vec<TransactionView>),
    /// To [`Question::Accounts`].
    Accounts(Vec<AccountView>),
    /// To [`Question::Market`].
    Market(MarketView),
    /// To [`Question::Reputation`]: 200 at most; scores are parts of [`ledger::reputation::SCORE_ONE`].
    Reputation(Vec<Reputation>),
    /// To [`Question::Proof`].
    Proof(ProofView),
    /// To [`Question::Check`].
    Check(CheckView),
    /// To [`Question::Branches`].
    Branches(BranchesView),
    /// To [`Question::Received`]: the newest blocks that paid this device, the newest first, 12 at most.
    Received(Vec<ReceivedView>),
    /// To [`Question::Capsules`]: in the order in which they were asked for; `None` for one that nobody has claimed.
    Capsules(Vec<Option<Capsule>>),
}

/// Capsules of one question.
pub const CAPSULES_MAX: usize = 64;

/// The ledger as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// Who founded the room.
    pub founder: PeerId,
    /// Blocks that count.
    pub height: u32,
    /// The newest one's name.
    pub tip: Hash,
    /// What they weigh, in hashes.
    pub work: u128,
    /// Hashes that the next block weighs, and what this device would need for it.
    pub difficulty: (u64, u64),
    /// Transactions in them.
    pub transactions: u64,
    /// Transactions that wait.
    pub waiting: Vec<TransactionView>,
    /// Blocks that are known and do not count.
    pub beside: u32,
    /// Members.
    pub members: u32,
    /// What belongs to nobody yet.
    pub treasury: Credits,
    /// All money there is.
    pub supply: Credits,
    /// This device's account.
    pub own: AccountView,
}

/// A block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockView {
    /// Its height.
    pub height: u32,
    /// Its name.
    pub name: Hash,
    /// When it was found.
    pub time: UnixMillis,
    /// Who found it.
    pub miner: PeerId,
    /// Transactions in it.
    pub transactions: u32,
    /// What they offered for being recorded.
    pub fees: Credits,
}

/// A transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionView {
    /// Its name.
    pub id: Hash,
    /// Whose order.
    pub sender: PeerId,
    /// What it does.
    pub deed: Deed,
}

/// What a transaction does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deed {
    /// Something that the ledger's own [`Action`] says.
    Action(Box<Action>),
    /// [`Action::Report`], without what its members have signed.
    Report {
        /// Of which session.
        session: SessionId,
        /// Its number.
        round: u32,
        /// The model that came out.
        model: Hash,
        /// Whose updates went in.
        members: Vec<PeerId>,
    },
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// Whose.
    pub peer: PeerId,
    /// What it can spend.
    pub balance: Credits,
    /// What it has bound.
    pub stake: Credits,
    /// Orders that it has given.
    pub orders: u64,
    /// Whether it is a member.
    pub member: bool,
    /// Whether it was excluded.
    pub excluded: bool,
    /// Whether another device of its person has revoked it.
    pub revoked: bool,
    /// Which member has vouched for it, if the founder did not welcome it itself.
    pub house: Option<PeerId>,
}

/// The market.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketView {
    /// Nodes for lease.
    pub offers: Vec<OfferView>,
    /// Nodes on lease, by the order that opened the loan.
    pub loans: Vec<(Hash, Loan)>,
    /// Capsules, by content.
    pub capsules: Vec<(Hash, Capsule)>,
}

/// Nodes for lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferView {
    /// The order that offered them.
    pub id: Hash,
    /// Whose they are.
    pub owner: PeerId,
    /// What they cost.
    pub terms: Terms,
    /// How long they are offered.
    pub until: UnixMillis,
    /// Their owner's reputation, in percent of what the best has.
    pub reputation_percent: u8,
}

/// What came of computing everything once more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckView {
    /// Blocks that were computed.
    pub blocks: u32,
    /// Transactions in them.
    pub transactions: u64,
    /// What is wrong, as a sentence; `None` if everything is right.
    pub problem: Option<String>,
}

impl Question {
    /// As bytes.
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads one; `None` for anything else.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        decode("question", bytes, BYTES_MAX).ok()
    }
}

impl View {
    /// As bytes.
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads one; `None` for anything else.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        decode("view", bytes, BYTES_MAX).ok()
    }
}

impl Books {
    /// Answers a question; `None` before the room's founder is known, and of what there is not.
    pub fn look(&self, question: &Question, now: UnixMillis) -> Option<View> {
        let chain = self.chain()?;
        Some(match question {
            Question::Overview => View::Overview(self.overview(chain)?),
            Question::Blocks { from, count } => {
                let from = from.unwrap_or(chain.height()).min(chain.height());
                let heights = (1..=from).rev().take((*count as usize).min(ENTRIES_MAX));
                View::Blocks(heights.filter_map(|height| block_view(chain, height)).collect())
            }
            Question::Block { height } => {
                let name = chain.name_at(*height)?;
                let transactions = chain.transactions(&name)?.iter().take(ENTRIES_MAX);
                View::Block(block_view(chain, *height)?, transactions.map(of_transaction).collect())
            }
            Question::Accounts => View::Accounts(accounts(chain)),
            Question::Market => View::Market(market(chain)),
            Question::Reputation => {
                View::Reputation(chain.reputations().into_iter().take(ENTRIES_MAX).collect())
            }
            Question::Proof { transaction } => View::Proof(ProofView::of(chain, *transaction)?),
            Question::Check => View::Check(self.check(chain, now)),
            Question::Branches => View::Branches(branches::view(chain, self.pool())),
            Question::Received => View::Received(received::view(chain)),
            Question::Capsules(ids) => {
                let entry = |id: &Hash| match chain.state().entry(&Key::Capsule(*id)) {
                    Some(Entry::Capsule(capsule)) => Some(capsule.clone()),
                    _ => None,
                };
                View::Capsules(ids.iter().take(CAPSULES_MAX).map(entry).collect())
            }
        })
    }

    /// Nodes for lease, the cheapest first.
    pub fn offers(&self) -> Vec<OfferView> {
        self.chain().map(|chain| market(chain).offers).unwrap_or_default()
    }

    fn overview(&self, chain: &Chain) -> Option<Overview> {
        let Some(Entry::Treasury(treasury)) = chain.state().entry(&Key::Treasury) else {
            return None;
        };
        let Treasury { credits, members, .. } = treasury;
        let me = self.identity.peer_id();
        let pace = chain.pace();
        let names = (1..=chain.height()).filter_map(|height| chain.name_at(height));
        let counts = names.filter_map(|name| Some(chain.transactions(&name)?.len() as u64));
        Some(Overview {
            founder: chain.genesis().founder,
            height: chain.height(),
            tip: chain.tip(),
            work: chain.work().as_hashes(),
            difficulty: (pace.difficulty, pace.hashes_of(me)),
            transactions: counts.sum(),
            waiting: self.pool().iter().take(ENTRIES_MAX).map(of_transaction).collect(),
            beside: (chain.headers_known() as u32).saturating_sub(chain.height() + 1),
            members: *members,
            treasury: *credits,
            supply: economics::SUPPLY,
            own: account_view(me, &chain.account(me)),
        })
    }

    fn check(&self, chain: &Chain, now: UnixMillis) -> CheckView {
        let mut again = Chain::new(chain.genesis(), self.judge);
        let names = (1..=chain.height()).filter_map(|height| chain.name_at(height));
        let (mut blocks, mut transactions) = (0, 0);
        for block in names.filter_map(|name| chain.block(&name)) {
            let count = block.transactions.len() as u64;
            if let Err(refusal) = again.add_block(block, now) {
                let problem = Some(format!("block {}: {refusal}", blocks + 1));
                return CheckView { blocks, transactions, problem };
            }
            blocks += 1;
            transactions += count;
        }
        let is_same = again.tip() == chain.tip() && again.state().root() == chain.state().root();
        let problem = || "some blocks are not on this device any more".to_owned();
        CheckView { blocks, transactions, problem: (!is_same).then(problem) }
    }
}

fn block_view(chain: &Chain, height: u32) -> Option<BlockView> {
    let name = chain.name_at(height)?;
    let (header, transactions) = (chain.header(&name)?, chain.transactions(&name)?);
    Some(BlockView {
        height,
        name,
        time: header.time,
        miner: header.miner,
        transactions: transactions.len() as u32,
        fees: fees(transactions),
    })
}

fn of_transaction(order: &Order) -> TransactionView {
    let deed = match &order.action {
        Action::Report(report) => {
            let (session, record) = (report.session, &report.record);
            let members = record.decision.contributions.iter().map(|part| part.peer).collect();
            let (round, model) = (record.decision.round, record.model);
            Deed::Report { session, round, model, members }
        }
        action => Deed::Action(Box::new(action.clone())),
    };
    TransactionView { id: order.id(), sender: order.sender, deed }
}

fn account_view(peer: PeerId, account: &Account) -> AccountView {
    AccountView {
        peer,
        balance: account.balance,
        stake: account.stake,
        orders: account.nonce,
        member: account.is_member(),
        excluded: account.standing == AccountStanding::Excluded,
        revoked: account.standing == AccountStanding::Revoked,
        house: account.house,
    }
}

fn accounts(chain: &Chain) -> Vec<AccountView> {
    let of = |(key, entry): (&Key, &Entry)| match (key, entry) {
        (Key::Account(peer), Entry::Account(account)) => Some(account_view(*peer, account)),
        _ => None,
    };
    let mut accounts: Vec<_> = chain.state().entries().filter_map(of).collect();
    accounts.sort_by_key(|account| core::cmp::Reverse(account.balance));
    accounts.truncate(ENTRIES_MAX);
    accounts
}

fn market(chain: &Chain) -> MarketView {
    let mut market = MarketView::default();
    let reputations = chain.reputations();
    for (key, entry) in chain.state().entries() {
        match (key, entry) {
            (Key::Offer(id), Entry::Offer(offer)) if market.offers.len() < ENTRIES_MAX => {
                let reputation_percent = percent_of_best(&reputations, offer.owner);
                let Offer { owner, terms, until } = **offer;
                let id = *id;
                market.offers.push(OfferView { id, owner, terms, until, reputation_percent });
            }
            (Key::Loan(id), Entry::Loan(loan)) if market.loans.len() < ENTRIES_MAX => {
                market.loans.push((*id, (**loan).clone()));
            }
            (Key::Capsule(id), Entry::Capsule(it)) if market.capsules.len() < ENTRIES_MAX => {
                market.capsules.push((*id, it.clone()));
            }
            _ => {}
        }
    }
    // What is cheapest comes first; of what costs the same, that of whoever is better regarded.
    let order =
        |it: &OfferView| (it.terms.price_per_hour, 100 - it.reputation_percent.min(100), it.id);
    market.offers.sort_by_key(order);
    market.loans.sort_by_key(|(id, loan)| (loan.phase != Phase::Open, loan.since, *id));
    market
}
