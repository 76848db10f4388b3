//! What the class does with what nodes have learnt, and with what the ledger says of capsules. A part of the module `class_memory`.

use crate::{
    argument::{Fields, is_missing, numbers, parsed, text, whole},
    failure::Failure,
    ledger_views::unexpected,
    memory::{ask_for, privacy, search_for, tags},
    shapes::{self, to_js},
};
use books::view::{Question, View};
use browser::Host;
use ledger::{Action, CAPSULE_TITLE_CHARS_MAX};
use memory::{
    call::{Call, Reply},
    capsule::{Kind, Privacy},
    library::{Filter, Found, Query},
    limits,
};
use peer::{ActivityOf, BooksCall, BooksReply, SkillAnswer, SkillJob};
use protocol::limits::{LAYER_NODES_MAX, NETWORK_CLASSES_MAX, NETWORK_LAYERS_MAX};
use units::{ClusterId, Hash};
use wasm_bindgen::JsValue;

/// Nodes of a skill unless it is said.
const NODES: u32 = 32;

fn cluster(value: &JsValue) -> Result<ClusterId, Failure> {
    parsed(value, "a cluster's id")
}

fn capsule(value: &JsValue) -> Result<Hash, Failure> {
    parsed(value, "a capsule's id")
}

pub(crate) async fn remember(
    host: &Host,
    cluster_id: &JsValue,
    options: &JsValue,
) -> Result<JsValue, Failure> {
    let known = ["layer", "nodes", "tags", "privacy"];
    let fields = Fields::new(options, "the options object", &known)?;
    let layer = fields.whole("layer", 0, NETWORK_LAYERS_MAX as u32 - 1)?.unwrap_or(0);
    let nodes = fields.whole("nodes", 1, LAYER_NODES_MAX as u32)?.unwrap_or(NODES);
    let tags = fields.get("tags").map_or(Ok(Vec::new()), |it| tags(&it, "`tags`"))?;
    let privacy = fields.get("privacy").map_or(Ok(Privacy::Personal), |it| privacy(&it))?;
    let take = SkillJob::Take { layer, nodes };
    let SkillAnswer::Taken { skill, activity, .. } =
        host.work_on_skills(cluster(cluster_id)?, take).await?
    else {
        return Err(unexpected());
    };
    match ask_for(host, Call::RememberSkill { skill, activity, tags, privacy }).await? {
        Reply::Remembered(id) => Ok(id.to_string().into()),
        _ => Err(unexpected()),
    }
}

async fn skill_of(host: &Host, capsule_id: &JsValue) -> Result<Vec<u8>, Failure> {
    match ask_for(host, Call::UseSkill(capsule(capsule_id)?)).await? {
        Reply::Skill(bytes) => Ok(bytes),
        _ => Err(unexpected()),
    }
}

pub(crate) async fn try_on(
    host: &Host,
    capsule_id: &JsValue,
    cluster_id: &JsValue,
) -> Result<JsValue, Failure> {
    let job = SkillJob::Try { skill: skill_of(host, capsule_id).await? };
    match host.work_on_skills(cluster(cluster_id)?, job).await? {
        SkillAnswer::Tried(trial) => Ok(to_js(&shapes::SkillTrial::from(trial))),
        _ => Err(unexpected()),
    }
}

pub(crate) async fn graft(
    host: &Host,
    capsule_id: &JsValue,
    cluster_id: &JsValue,
) -> Result<JsValue, Failure> {
    let cluster_id = cluster(cluster_id)?;
    let job = SkillJob::Graft { skill: skill_of(host, capsule_id).await? };
    match host.work_on_skills(cluster_id.clone(), job).await? {
        SkillAnswer::Grafted { model, nodes, strength_percent, .. } => {
            let strength = f64::from(strength_percent) / 100.0;
            Ok(to_js(&shapes::Graft { cluster_id, model, nodes, strength }))
        }
        _ => Err(unexpected()),
    }
}

/// Capsules that lie where a network fires so: at a class, by its number, or at one input.
pub(crate) async fn find(host: &Host, arguments: [JsValue; 4]) -> Result<JsValue, Failure> {
    let [cluster_id, like, max_results, options] = arguments;
    let fields = Fields::new(&options, "the options object", &["kind", "everywhere", "wait_ms"])?;
    let of = match like.as_f64() {
        Some(_) => {
            ActivityOf::Class(whole(&like, "a class", 0, NETWORK_CLASSES_MAX as u32 - 1)? as u16)
        }
        None => ActivityOf::Input(numbers(&like, "an input, or a class by its number")?),
    };
    let count = match is_missing(&max_results) {
        true => crate::memory::RESULTS,
        false => whole(&max_results, "the number of results", 1, limits::RESULTS_MAX as u32)?,
    };
    let kind = fields.get("kind").map(|it| kind(&it)).transpose()?;
    let job = SkillJob::Activity(of);
    let SkillAnswer::Activity { activity, .. } =
        host.work_on_skills(cluster(&cluster_id)?, job).await?
    else {
        return Err(unexpected());
    };
    let filter = Filter { kind, ..Filter::default() };
    let embedding = Some(activity.embedding());
    let query = Query { embedding, filter, count: count as usize, ..Query::default() };
    search_for(host, query, None, &fields).await
}

pub(crate) fn kind(value: &JsValue) -> Result<Kind, Failure> {
    let name = text(value, "`kind`")?;
    let names = Kind::ALL.map(Kind::name).join("`, `");
    Kind::named(&name)
        .ok_or_else(|| Failure::invalid(format!("`kind` is one of `{names}`, not `{name}`")))
}

async fn shown(host: &Host, id: Hash) -> Result<Found, Failure> {
    match ask_for(host, Call::Show(id)).await? {
        Reply::Capsule(Some(found)) => Ok(*found),
        Reply::Capsule(None) => {
            let message = format!("this device has no capsule {}: fetch it first", id.short());
            Err(Failure { code: "unknown_capsule".to_owned(), message })
        }
        _ => Err(unexpected()),
    }
}

/// Claims a capsule of this device on the ledger by its name, which is the hash of all that it says.
pub(crate) async fn register(
    host: &Host,
    capsule_id: &JsValue,
    title: &JsValue,
) -> Result<JsValue, Failure> {
    let found = shown(host, capsule(capsule_id)?).await?;
    if found.signed.head.owner != host.me() {
        return Err(Failure::invalid(format!(
            "capsule {} is {}'s: only what this device has made can be registered as its own",
            found.id.short(),
            found.signed.head.owner.short()
        )));
    }
    let title = match is_missing(title) {
        // Nothing of what it says becomes public by itself.
        true => found.signed.head.kind.name().to_owned(),
        false => text(title, "a title")?,
    };
    if title.chars().count() > CAPSULE_TITLE_CHARS_MAX {
        let most = CAPSULE_TITLE_CHARS_MAX;
        return Err(Failure::invalid(format!("a title has at most {most} characters")));
    }
    order(host, Action::RegisterCapsule { capsule: found.id, title }).await
}

/// Says on the ledger what a capsule has brought.
pub(crate) async fn rate(
    host: &Host,
    capsule_id: &JsValue,
    percent: &JsValue,
) -> Result<JsValue, Failure> {
    let use_percent = whole(percent, "a rating in percent", 0, 100)? as u8;
    order(host, Action::RateCapsule { capsule: capsule(capsule_id)?, use_percent }).await
}

async fn order(host: &Host, action: Action) -> Result<JsValue, Failure> {
    match host.ask_books(BooksCall::Order(Box::new(action))).await? {
        Some(BooksReply::Ordered(order)) => Ok(order.to_string().into()),
        _ => Err(unexpected()),
    }
}

/// What the ledger says of a capsule; undefined if nobody has claimed it.
pub(crate) async fn proof(host: &Host, capsule_id: &JsValue) -> Result<JsValue, Failure> {
    let id = capsule(capsule_id)?;
    let found = match ask_for(host, Call::Show(id)).await? {
        Reply::Capsule(found) => found.map(|found| found.signed.head.owner),
        _ => return Err(unexpected()),
    };
    let question = Question::Capsules(vec![id]).encode();
    let Some(BooksReply::View(bytes)) = host.ask_books(BooksCall::Look(question)).await? else {
        return Err(unexpected());
    };
    let Some(View::Capsules(mut recorded)) = View::decode(&bytes) else {
        return Err(unexpected());
    };
    Ok(match recorded.pop().flatten() {
        Some(recorded) => to_js(&shapes::CapsuleProof::new(recorded, found)),
        None => JsValue::UNDEFINED,
    })
}
