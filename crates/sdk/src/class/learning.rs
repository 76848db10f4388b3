//! Collaborative learning sessions.

use super::DistributedNeuralNetwork;
use crate::{
    argument::{Fields, is_missing, parsed, text},
    brought::Ask,
    failure::Failure,
    shapes::{self, to_js},
};
use browser::{Host, HostError};
use js_sys::{Array, Uint8Array};
use peer::CommandError;
use protocol::{
    limits,
    session::{EPSILON_THOUSANDTHS_MAX, EPSILON_THOUSANDTHS_MIN, Masks, Privacy, SessionOptions},
};
use units::{ClusterId, PeerId, SessionId};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

/// Learning.
#[wasm_bindgen(wasm_bindgen_futures = crate::promises)]
impl DistributedNeuralNetwork {
    /// Starts to train together with the peers of the list; `"everyone"`, or no list, invites the whole room, and an empty
    /// list trains alone. Resolves to the session's id.
    #[wasm_bindgen(unchecked_return_type = "string")]
    pub async fn start_collaborative_learning(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string[] | \"everyone\" | null")] peers: JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] task: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "LearningOptions")] options: JsValue,
    ) -> Result<JsValue, Failure> {
        self.bring(Ask::Learn(peers, task, options)).await
    }

    /// Stops taking part; stops the session for all if this device started it.
    pub async fn stop_collaborative_learning(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] session_id: JsValue,
    ) -> Result<(), Failure> {
        let session = parsed::<SessionId>(&session_id, "a session's id")?;
        Ok(self.host().await?.stop_session(session)?)
    }

    /// The session's rounds with their updates as the bytes of a file: whoever has it can compute every model again and check
    /// every signature. Of the running session, or the last, if no id is given.
    pub async fn export_training_record(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "string")] session_id: JsValue,
    ) -> Result<Uint8Array, Failure> {
        let newest = || self.view().and_then(|view| view.session).map(|session| session.id);
        let session = match is_missing(&session_id) {
            true => newest().ok_or(HostError::Command(CommandError::NoTranscript))?,
            false => parsed::<SessionId>(&session_id, "a session's id")?,
        };
        Ok(Uint8Array::from(&self.host().await?.write_transcript(session)?[..]))
    }

    /// A session's rounds, members, accuracy alone and together, bytes sent; the running one, or the last, if no id is given.
    /// `null` if there is none.
    #[wasm_bindgen(unchecked_return_type = "LearningSession | null")]
    pub fn get_session(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "string")] session_id: JsValue,
    ) -> Result<JsValue, Failure> {
        let session = self.view().and_then(|view| view.session);
        if is_missing(&session_id) {
            return Ok(to_js(&session.map(shapes::Session::from)));
        }
        let asked = parsed::<SessionId>(&session_id, "a session's id")?;
        match session.filter(|session| session.id == asked) {
            Some(session) => Ok(to_js(&shapes::Session::from(session))),
            None => Err(HostError::Command(CommandError::UnknownSession(asked)).into()),
        }
    }
}

fn invited(peers: &JsValue) -> Result<Option<Vec<PeerId>>, Failure> {
    if is_missing(peers) || peers.as_string().as_deref() == Some("everyone") {
        return Ok(None);
    }
    let Some(list) = peers.dyn_ref::<Array>() else {
        return Err(Failure::invalid("the peers must be an array of ids, or \"everyone\""));
    };
    if list.length() as usize > limits::ROUND_MEMBERS_MAX {
        let problem = format!(
            "{} peers are invited: {} are possible",
            list.length(),
            limits::ROUND_MEMBERS_MAX
        );
        return Err(Failure::invalid(problem));
    }
    list.iter().map(|peer| parsed(&peer, "a peer's id")).collect::<Result<_, _>>().map(Some)
}

pub(crate) fn start(
    host: &Host,
    peers: &JsValue,
    task: &JsValue,
    options: &JsValue,
) -> Result<JsValue, Failure> {
    let invited = invited(peers)?;
    let task = text(task, "a task")?;
    let (cluster, rehearse, options) = learning_options(options)?;
    let cluster = match cluster {
        Some(cluster) => cluster,
        None => only_cluster(host, &task)?,
    };
    if let Some(is_on) = rehearse {
        host.set_rehearsal(cluster.clone(), is_on)?;
    }
    Ok(host.start_session(cluster, task, options, invited)?.to_string().into())
}

type Given = (Option<ClusterId>, Option<bool>, SessionOptions);

fn learning_options(options: &JsValue) -> Result<Given, Failure> {
    let known = [
        "cluster_id",
        "rounds",
        "local_steps",
        "batch_rows",
        "learning_rate",
        "privacy",
        "masks",
        "rehearse",
    ];
    let fields = Fields::new(options, "the options object", &known)?;
    let cluster = fields.get("cluster_id").map(|id| parsed(&id, "`cluster_id`")).transpose()?;
    let mut options = SessionOptions::default();
    if let Some(privacy) = fields.get("privacy") {
        options = options.kept_private(privacy_of(&privacy)?);
    }
    if let Some(rounds) = fields.whole("rounds", 1, limits::SESSION_ROUNDS_MAX)? {
        options.rounds = rounds;
    }
    if let Some(steps) = fields.whole("local_steps", 1, limits::LOCAL_STEPS_MAX)? {
        options.local_steps = steps;
    }
    if let Some(rows) = fields.whole("batch_rows", 1, 4_096)? {
        options.batch_rows = rows;
    }
    if let Some(rate) = fields.get("learning_rate") {
        options.learning_rate_millionths = millionths(&rate)?;
    }
    options.masks = fields.get("masks").map(|masks| masks_of(&masks)).transpose()?;
    let rehearse = fields
        .get("rehearse")
        .map(|it| it.as_bool().ok_or_else(|| Failure::invalid("`rehearse` must be true or false")));
    Ok((cluster, rehearse.transpose()?, options))
}

fn masks_of(masks: &JsValue) -> Result<Masks, Failure> {
    match masks.as_string().as_deref() {
        Some("groups") => Ok(Masks { one_group: false }),
        Some("one_group") => Ok(Masks { one_group: true }),
        _ => Err(Failure::invalid(
            "`masks` must be \"groups\", or \"one_group\" where three devices are enough",
        )),
    }
}

fn privacy_of(privacy: &JsValue) -> Result<Privacy, Failure> {
    let fields = Fields::new(privacy, "`privacy`", &["epsilon"])?;
    let thousandths = fields.require("epsilon")?.as_f64().map(|it| (it * 1e3).round());
    let possible = EPSILON_THOUSANDTHS_MIN.into()..=EPSILON_THOUSANDTHS_MAX.into();
    let thousandths = thousandths.filter(|it| possible.contains(it)).ok_or_else(|| {
        Failure::invalid("`epsilon` must be a number from 0.5 to 100, such as 8: less is stricter")
    })?;
    Ok(Privacy { epsilon_thousandths: thousandths as u32 })
}

pub(super) fn millionths(rate: &JsValue) -> Result<u32, Failure> {
    let millionths = rate.as_f64().map(|rate| (rate * 1e6).round());
    millionths.filter(|it| (1.0..=1e6).contains(it)).map(|it| it as u32).ok_or_else(|| {
        Failure::invalid("`learning_rate` must be a number from 0.000001 to 1, such as 0.001")
    })
}

/// The cluster that the task names, or the only one.
fn only_cluster(host: &Host, task: &str) -> Result<ClusterId, Failure> {
    let clusters = host.view().clusters;
    let named = clusters.iter().find(|cluster| cluster.id.as_str() == task);
    match (named, &clusters[..]) {
        (Some(cluster), _) | (None, [cluster]) => Ok(cluster.id.clone()),
        (None, []) => Err(Failure::invalid("there is no cluster to train: create one first")),
        (None, _) => Err(Failure::invalid("there are several clusters: name one as `cluster_id`")),
    }
}
