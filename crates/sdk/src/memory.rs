//! What the class does with this device's memory. In the application this is a module of its own (`lazy`): few pages ask.

use crate::{
    argument::{Fields, is_missing, numbers, parsed, text, whole},
    copies,
    events::Handlers,
    failure::Failure,
    later::Later,
    ledger_views::unexpected,
    shapes::{self, to_js},
    skills, whole_model,
};
use browser::{Host, Settings};
use core::time::Duration;
use futures::{
    StreamExt,
    channel::mpsc::UnboundedReceiver,
    future::{Either, select},
};
use gloo_timers::future::sleep;
use js_sys::Array;
use memory::{
    call::{Call, Refusal, Reply},
    capsule::Privacy,
    library::{Filter, Found, News, Query},
    limits,
    message::Declined,
};
use serde::Serialize;
use units::{Hash, PeerId};
use wasm_bindgen::JsValue;
use web_sys::Blob;

/// What a page asks for, with its arguments as they came.
pub(crate) enum Ask {
    /// Text or vector, options.
    Remember(JsValue, JsValue),
    /// Query, context tags, results, options.
    Search([JsValue; 4]),
    /// Text, values that are kept.
    Mask(JsValue, JsValue),
    Record(JsValue),
    Forget(JsValue),
    /// Peer, capsule.
    Share(JsValue, JsValue),
    /// Peer, capsule.
    Fetch(JsValue, JsValue),
    /// Cluster, options.
    RememberSkill(JsValue, JsValue),
    /// Capsule, cluster.
    TrySkill(JsValue, JsValue),
    /// Capsule, cluster.
    GraftSkill(JsValue, JsValue),
    /// Cluster, class or input, results, options.
    FindByActivity([JsValue; 4]),
    /// Capsule, title.
    Register(JsValue, JsValue),
    /// Capsule, percent.
    Rate(JsValue, JsValue),
    /// Capsule.
    Proof(JsValue),
    Stats,
    Consolidate,
    Undo,
    Trends,
    /// Whether texts are read by it.
    UseWholeModel(JsValue),
    /// A passphrase, settings.
    WriteCopy(String, Settings),
    /// A file, its passphrase.
    CheckCopy(Blob, String),
    /// A file, its passphrase.
    BecomeCopy(Blob, String),
    /// A passphrase.
    Export(JsValue),
    /// Bytes or a file, its passphrase.
    Import(JsValue, JsValue),
    /// Tells handlers of news.
    Tell(Handlers, Vec<u8>),
}

/// How long other devices are waited for, unless it is said.
const WAIT_MS: u32 = 500;
const WAIT_MS_MAX: u32 = 60_000;

/// How long a device may take to check and store a capsule, or to send one.
const EXCHANGE_MAX: Duration = Duration::from_secs(30);

pub(crate) const RESULTS: u32 = 10;

#[cfg_attr(
    feature = "lazy",
    wasm_split_helpers::wasm_split(class_memory, fallible, preload(preload))
)]
pub(crate) fn beginning(host: Host, ask: Ask) -> Result<Later<JsValue>, Failure> {
    Ok(Box::pin(async move {
        match ask {
            Ask::Remember(what, options) => remember(&host, &what, &options).await,
            Ask::Search(arguments) => search(&host, &arguments).await,
            Ask::Mask(what, keep) => mask(&host, &what, &keep).await,
            Ask::Record(capsule) => record(&host, parsed(&capsule, "a capsule's id")?).await,
            Ask::Forget(capsule) => {
                ask_for(&host, Call::Forget(parsed(&capsule, "a capsule's id")?)).await?;
                Ok(JsValue::UNDEFINED)
            }
            Ask::Share(peer, capsule) => {
                share(&host, connected(&host, &peer)?, parsed(&capsule, "a capsule's id")?).await
            }
            Ask::Fetch(peer, capsule) => {
                fetch(&host, connected(&host, &peer)?, parsed(&capsule, "a capsule's id")?).await
            }
            Ask::RememberSkill(cluster, options) => {
                skills::remember(&host, &cluster, &options).await
            }
            Ask::TrySkill(capsule, cluster) => skills::try_on(&host, &capsule, &cluster).await,
            Ask::GraftSkill(capsule, cluster) => skills::graft(&host, &capsule, &cluster).await,
            Ask::FindByActivity(arguments) => skills::find(&host, arguments).await,
            Ask::Register(capsule, title) => skills::register(&host, &capsule, &title).await,
            Ask::Rate(capsule, percent) => skills::rate(&host, &capsule, &percent).await,
            Ask::Proof(capsule) => skills::proof(&host, &capsule).await,
            Ask::Stats => match ask_for(&host, Call::Overview).await? {
                Reply::Overview(overview) => Ok(to_js(&shapes::MemoryStats::from(overview))),
                _ => Err(unexpected()),
            },
            Ask::Consolidate => match ask_for(&host, Call::Consolidate).await? {
                Reply::Consolidated(done) => Ok(to_js(&shapes::Consolidation::from(done))),
                _ => Err(unexpected()),
            },
            Ask::Undo => match ask_for(&host, Call::UndoConsolidation).await? {
                Reply::Restored(count) => Ok(count.into()),
                _ => Err(unexpected()),
            },
            Ask::Trends => match ask_for(&host, Call::Trends).await? {
                Reply::Trends(trends) => Ok(to_js(&shapes::MemoryTrends::from(trends))),
                _ => Err(unexpected()),
            },
            Ask::UseWholeModel(is_wanted) => whole_model::use_it(&host, &is_wanted).await,
            Ask::WriteCopy(passphrase, settings) => {
                copies::write(&host, &passphrase, &settings).await
            }
            Ask::CheckCopy(file, passphrase) => {
                host.check_copy(&file, &passphrase).await?;
                Ok(JsValue::UNDEFINED)
            }
            Ask::BecomeCopy(file, passphrase) => copies::put(&host, &file, &passphrase).await,
            Ask::Export(passphrase) => copies::export(&host, &passphrase).await,
            Ask::Import(bytes, passphrase) => copies::import(&host, bytes, &passphrase).await,
            Ask::Tell(handlers, news) => {
                tell(&handlers, &news);
                Ok(JsValue::UNDEFINED)
            }
        }
    }))
}

/// Brings the module before anybody asks for it.
#[cfg(feature = "lazy")]
pub(crate) async fn prepare() -> Result<(), Failure> {
    Ok(preload().await?)
}

pub(crate) async fn ask_for(host: &Host, call: Call) -> Result<Reply, Failure> {
    let reply = Reply::decode(&host.ask_memory(call.encode()).await?).ok_or_else(unexpected)?;
    reply.map_err(|Refusal { code, message }| Failure { code, message })
}

async fn remember(host: &Host, what: &JsValue, options: &JsValue) -> Result<JsValue, Failure> {
    let fields = Fields::new(options, "the options object", &["tags", "privacy", "text", "keep"])?;
    let tags = fields.get("tags").map_or(Ok(Vec::new()), |tags| self::tags(&tags, "`tags`"))?;
    let privacy = match fields.get("privacy") {
        None => Privacy::Personal,
        Some(name) => {
            let name = text(&name, "`privacy`")?;
            Privacy::named(&name).filter(|it| *it != Privacy::Behavioural).ok_or_else(|| {
                Failure::invalid(format!("`privacy` is `personal` or `open`, not `{name}`"))
            })?
        }
    };
    let keep = fields.get("keep").map_or(Ok(Vec::new()), |keep| self::tags(&keep, "`keep`"))?;
    let of = fields.get("text").map(|it| text(&it, "`text`")).transpose()?;
    let call = match what.is_string() {
        true => Call::Remember { text: text(what, "what to remember")?, tags, privacy, keep },
        false => {
            let vector = numbers(what, "what to remember")?;
            let text = of.ok_or_else(|| {
                Failure::invalid("a vector needs `text` among the options: what it is of")
            })?;
            Call::RememberVector { vector, text, tags, privacy }
        }
    };
    match ask_for(host, call).await? {
        Reply::Remembered(id) => Ok(id.to_string().into()),
        _ => Err(unexpected()),
    }
}

#[derive(Serialize)]
struct MaskingPreview {
    text: String,
    found: Vec<MaskedValue>,
}

#[derive(Serialize)]
struct MaskedValue {
    value: String,
    kind: String,
}

async fn mask(host: &Host, what: &JsValue, keep: &JsValue) -> Result<JsValue, Failure> {
    let keep = if is_missing(keep) { Vec::new() } else { tags(keep, "`keep`")? };
    let call = Call::Mask { text: text(what, "the text")?, keep };
    let Reply::Masked { text, found } = ask_for(host, call).await? else {
        return Err(unexpected());
    };
    let found = found.into_iter().map(|(value, kind)| MaskedValue { value, kind }).collect();
    Ok(to_js(&MaskingPreview { text, found }))
}

async fn search(
    host: &Host,
    [query, context_tags, max_results, options]: &[JsValue; 4],
) -> Result<JsValue, Failure> {
    let known = ["tag", "owner", "privacy", "kind", "everywhere", "wait_ms"];
    let fields = Fields::new(options, "the options object", &known)?;
    let tags = match is_missing(context_tags) {
        true => Vec::new(),
        false => tags(context_tags, "context tags")?,
    };
    let count = match is_missing(max_results) {
        true => RESULTS,
        false => whole(max_results, "the number of results", 1, limits::RESULTS_MAX as u32)?,
    };
    let filter = Filter {
        tag: fields.get("tag").map(|it| text(&it, "`tag`")).transpose()?,
        owner: fields.get("owner").map(|it| parsed::<PeerId>(&it, "`owner`")).transpose()?,
        privacy: fields.get("privacy").map(|it| privacy(&it)).transpose()?,
        kind: fields.get("kind").map(|it| skills::kind(&it)).transpose()?,
        ..Filter::default()
    };
    let is_text = query.is_string();
    let vector = (!is_text).then(|| numbers(query, "the query")).transpose()?;
    let words = if is_text { text(query, "the query")? } else { String::new() };
    let query = Query { text: words, embedding: None, tags, filter, count: count as usize };
    search_for(host, query, vector, &fields).await
}

/// Here, and with neighbours if the options `everywhere` and `wait_ms` say so.
pub(crate) async fn search_for(
    host: &Host,
    query: Query,
    vector: Option<Vec<f32>>,
    options: &Fields<'_>,
) -> Result<JsValue, Failure> {
    let around = options.get("everywhere").is_none_or(|it| it.is_truthy());
    let wait_ms = options.whole("wait_ms", 0, WAIT_MS_MAX)?.unwrap_or(WAIT_MS);
    let (wanted, count) = (query.filter.clone(), query.count);
    let news = host.memory_news();
    let call = Call::Search { query: Box::new(query), vector, around };
    let Reply::Found { mut found, query, asked, .. } = ask_for(host, call).await? else {
        return Err(unexpected());
    };
    if asked > 0 {
        let others = others(news, query, Duration::from_millis(wait_ms.into())).await;
        for other in others.into_iter().filter(|it| wanted.lets_through(&it.signed.head)) {
            if !found.iter().any(|known| known.id == other.id) {
                found.push(other);
            }
        }
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        found.truncate(count);
    }
    Ok(to_js(&found.into_iter().map(shapes::MemoryRecord::from).collect::<Vec<_>>()))
}

/// What neighbours have, of those that answer in time.
async fn others(mut news: UnboundedReceiver<Vec<u8>>, number: u32, wait: Duration) -> Vec<Found> {
    let mut all = Vec::new();
    let mut time = core::pin::pin!(sleep(wait));
    while let Either::Left((Some(bytes), _)) = select(news.next(), &mut time).await {
        for told in News::decode_all(&bytes).into_iter().flatten() {
            if let News::Found { query, found, waiting, .. } = told
                && query == number
            {
                all.extend(found);
                if waiting == 0 {
                    return all;
                }
            }
        }
    }
    all
}

async fn record(host: &Host, capsule: Hash) -> Result<JsValue, Failure> {
    match ask_for(host, Call::Show(capsule)).await? {
        Reply::Capsule(Some(found)) => Ok(to_js(&shapes::MemoryRecord::from(*found))),
        Reply::Capsule(None) => Ok(JsValue::UNDEFINED),
        _ => Err(unexpected()),
    }
}

async fn share(host: &Host, to: PeerId, capsule: Hash) -> Result<JsValue, Failure> {
    let news = host.memory_news();
    ask_for(host, Call::Give { capsule, to }).await?;
    wait_for(news, |told| match told {
        News::Given { capsule: which, to: whom } if (which, whom) == (&capsule, &to) => {
            Some(Ok(()))
        }
        News::NotGiven { capsule: which, to: whom, why } if (which, whom) == (&capsule, &to) => {
            let message = match why {
                Declined::Invalid => "it did not arrive as it was",
                Declined::Forgotten => "it was forgotten there before, and is not taken again",
                Declined::Full => "there is no room for more of this device's capsules there",
            };
            Some(Err(Failure { code: "declined".to_owned(), message: message.to_owned() }))
        }
        _ => None,
    })
    .await?;
    Ok(JsValue::UNDEFINED)
}

async fn fetch(host: &Host, from: PeerId, capsule: Hash) -> Result<JsValue, Failure> {
    let news = host.memory_news();
    ask_for(host, Call::Fetch { capsule, from }).await?;
    wait_for(news, |told| match told {
        News::Kept { capsule: which, .. } if *which == capsule => Some(Ok(())),
        News::NotHere { capsule: which, from: whom } if (which, whom) == (&capsule, &from) => {
            let message = format!("{} does not have it, or does not give it", from.short());
            Some(Err(Failure { code: "unknown_capsule".to_owned(), message }))
        }
        _ => None,
    })
    .await?;
    record(host, capsule).await
}

async fn wait_for(
    mut news: UnboundedReceiver<Vec<u8>>,
    mut comes_to: impl FnMut(&News) -> Option<Result<(), Failure>>,
) -> Result<(), Failure> {
    let mut time = core::pin::pin!(sleep(EXCHANGE_MAX));
    while let Either::Left((Some(bytes), _)) = select(news.next(), &mut time).await {
        let told = News::decode_all(&bytes).unwrap_or_default();
        if let Some(result) = told.iter().find_map(&mut comes_to) {
            return result;
        }
    }
    let message = "the other device has not answered in time: try again";
    Err(Failure { code: "timeout".to_owned(), message: message.to_owned() })
}

fn connected(host: &Host, peer: &JsValue) -> Result<PeerId, Failure> {
    let peer = parsed::<PeerId>(peer, "a peer's id")?;
    let view = host.view();
    let is_open = |it: &&peer::PeerView| it.peer == peer && it.stage == peer::LinkStage::Open;
    match view.peers.iter().find(is_open) {
        Some(_) => Ok(peer),
        None => Err(Failure {
            code: "not_connected".to_owned(),
            message: format!(
                "there is no connection to {}: see `initiate_webrtc_connection()`",
                peer.short()
            ),
        }),
    }
}

pub(crate) fn privacy(value: &JsValue) -> Result<Privacy, Failure> {
    let name = text(value, "`privacy`")?;
    let names = Privacy::ALL.map(Privacy::name).join("`, `");
    Privacy::named(&name)
        .ok_or_else(|| Failure::invalid(format!("`privacy` is one of `{names}`, not `{name}`")))
}

pub(crate) fn tags(value: &JsValue, what: &str) -> Result<Vec<String>, Failure> {
    if !Array::is_array(value) {
        return Err(Failure::invalid(format!("{what} must be an array of texts")));
    }
    let array = Array::from(value);
    if array.length() as usize > limits::TAGS_MAX {
        let problem = format!("{what} are {}: {} are possible", array.length(), limits::TAGS_MAX);
        return Err(Failure::invalid(problem));
    }
    array.iter().map(|tag| text(&tag, "a tag")).collect()
}

#[derive(Serialize)]
struct Capsule {
    capsule_id: Hash,
    what: &'static str,
    peer_id: Option<PeerId>,
}

fn tell(handlers: &Handlers, news: &[u8]) {
    for told in News::decode_all(news).unwrap_or_default() {
        let (capsule_id, what, peer_id) = match told {
            News::Kept { capsule, from } => (capsule, "kept", from),
            News::Forgotten { capsule } => (capsule, "forgotten", None),
            News::Given { capsule, to } => (capsule, "given", Some(to)),
            _ => continue,
        };
        handlers.call_with("capsule", &to_js(&Capsule { capsule_id, what, peer_id }));
    }
}
