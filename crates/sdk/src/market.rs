//! What the class does on the room's market. In the application this is a module of its own (`lazy`): few pages trade.

use crate::{
    argument::{Fields, is_missing, parsed, whole},
    class::amount,
    failure::Failure,
    later::Later,
    ledger_views::unexpected,
    shapes::{self, to_js},
};
use browser::Host;
use ledger::{Action, contracts::lending::Terms, economics};
use lending::limits::{INPUTS_MAX, NODES_MAX};
use peer::{BooksCall, BooksReply, BorrowPlan};
use units::{ClusterId, Credits, Hash, PeerId};
use wasm_bindgen::JsValue;

/// What a page asks for, with its arguments as they came.
pub(crate) enum Ask {
    Offer(JsValue),
    Withdraw(JsValue),
    Find,
    /// Owner, offer, hours, options.
    Borrow([JsValue; 4]),
    Complete(JsValue),
}

#[cfg_attr(
    feature = "lazy",
    wasm_split_helpers::wasm_split(class_market, fallible, preload(preload))
)]
pub(crate) fn beginning(host: Host, ask: Ask) -> Result<Later<JsValue>, Failure> {
    Ok(Box::pin(async move {
        match ask {
            Ask::Offer(spec) => Ok(order(&host, offer(&spec)?).await?.to_string().into()),
            Ask::Withdraw(node_id) => {
                let offer = parsed::<Hash>(&node_id, "an offer's id")?;
                order(&host, Action::Withdraw { offer }).await?;
                Ok(JsValue::UNDEFINED)
            }
            Ask::Find => find(&host).await,
            Ask::Borrow(arguments) => borrow(&host, &arguments).await,
            Ask::Complete(borrowing_id) => {
                let loan = parsed::<Hash>(&borrowing_id, "a loan's id")?;
                let ended = host.complete_borrowing(loan).await?;
                let ended = ended.map(|loan| to_js(&shapes::Borrowing::from(loan)));
                Ok(ended.unwrap_or(JsValue::UNDEFINED))
            }
        }
    }))
}

async fn order(host: &Host, action: Action) -> Result<Hash, Failure> {
    match host.ask_books(BooksCall::Order(Box::new(action))).await? {
        Some(BooksReply::Ordered(order)) => Ok(order),
        _ => Err(unexpected()),
    }
}

fn offer(spec: &JsValue) -> Result<Action, Failure> {
    let known = ["nodes", "price_per_hour", "price_per_thousand_events", "stake", "inputs_max"];
    let fields = Fields::new(spec, "the offer", &known)?;
    let price = |name| fields.get(name).map_or(Ok(Credits::ZERO), |it| price(&it));
    Ok(Action::Offer(Terms {
        nodes: whole(&fields.require("nodes")?, "`nodes`", 1, NODES_MAX as u32)?,
        price_per_hour: price("price_per_hour")?,
        price_per_thousand_events: price("price_per_thousand_events")?,
        stake: match fields.get("stake") {
            Some(stake) => amount(&stake)?,
            None => economics::STAKE_MIN,
        },
        inputs_max: fields.whole("inputs_max", 1, INPUTS_MAX)?.unwrap_or(INPUTS_MAX),
    }))
}

async fn find(host: &Host) -> Result<JsValue, Failure> {
    let offers = host.find_offers().await?.free;
    let peers = host.view().peers;
    let offers = offers.into_iter().map(|offer| {
        let peer = peers.iter().find(|peer| peer.peer == offer.owner);
        shapes::FreeNodes::new(offer, peer.and_then(|peer| peer.ping_ms))
    });
    Ok(to_js(&offers.collect::<Vec<_>>()))
}

async fn borrow(
    host: &Host,
    [owner_id, node_id, hours, options]: &[JsValue; 4],
) -> Result<JsValue, Failure> {
    let owner = parsed::<PeerId>(owner_id, "an owner's id")?;
    let offer = parsed::<Hash>(node_id, "an offer's id")?;
    let hours = whole(hours, "hours", 1, economics::LOAN_HOURS_MAX)?;
    let known = ["cluster_id", "keep_lowest", "deposit"];
    let fields = Fields::new(options, "the options object", &known)?;
    let cluster = match fields.get("cluster_id") {
        Some(cluster) => parsed::<ClusterId>(&cluster, "a cluster's id")?,
        None => only_cluster(host)?,
    };
    let deposit = fields.get("deposit").map(|it| amount(&it)).transpose()?;
    let keep_lowest = fields.whole("keep_lowest", 0, u32::MAX)?;
    let offers = host.find_offers().await?.free;
    if !offers.iter().any(|it| it.id == offer && it.owner == owner) {
        return Err(Failure::invalid(format!(
            "{} offers no nodes {} to this device: see `find_free_nodes()`",
            owner.short(),
            offer.short()
        )));
    }
    let plan = BorrowPlan { offers: Vec::new(), hours, deposit, keep_lowest };
    let loan = host.borrow_offer(cluster, offer, plan).await?;
    Ok(loan.loan.map(|loan| loan.to_string()).unwrap_or_default().into())
}

/// The cluster that is meant where none is named.
fn only_cluster(host: &Host) -> Result<ClusterId, Failure> {
    let view = host.view();
    if let Some(split) = &view.split {
        return Ok(split.cluster.clone());
    }
    match view.clusters.as_slice() {
        [only] => Ok(only.id.clone()),
        clusters => Err(Failure::invalid(format!(
            "there are {} clusters: name one as `cluster_id`",
            clusters.len()
        ))),
    }
}

/// An amount that may be nothing.
fn price(credits: &JsValue) -> Result<Credits, Failure> {
    if is_missing(credits) || credits.as_f64() == Some(0.0) {
        return Ok(Credits::ZERO);
    }
    amount(credits)
}

/// Brings the module before anybody asks for it.
#[cfg(feature = "lazy")]
pub(crate) async fn prepare() -> Result<(), Failure> {
    Ok(preload().await?)
}
