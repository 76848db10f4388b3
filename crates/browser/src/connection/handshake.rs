//! The steps of a handshake, as JSEP (RFC 9429) names them.

use crate::js::describe;
use peer::DescriptionKind;
use protocol::envelope::Candidate;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    RtcIceCandidateInit, RtcOfferOptions, RtcPeerConnection, RtcSdpType, RtcSessionDescriptionInit,
};

/// One step.
pub(super) enum Step {
    CreateOffer { restart_ice: bool },
    AcceptOffer { sdp: String },
    AcceptAnswer { sdp: String },
    AddCandidate(Candidate),
}

/// What a step leads to: the local description, where there is a new one.
type Described = Option<(DescriptionKind, String)>;

/// Takes one step.
///
/// # Errors
/// A sentence that says which step the browser refused, and why.
pub(super) async fn take(connection: &RtcPeerConnection, step: Step) -> Result<Described, String> {
    let (what, result) = match step {
        Step::CreateOffer { restart_ice } => {
            ("to make an offer", create_offer(connection, restart_ice).await.map(Some))
        }
        Step::AcceptOffer { sdp } => {
            ("the other side's offer", accept_offer(connection, &sdp).await.map(Some))
        }
        Step::AcceptAnswer { sdp } => (
            "the other side's answer",
            set_remote(connection, RtcSdpType::Answer, &sdp).await.map(|()| None),
        ),
        Step::AddCandidate(candidate) => {
            // A path that cannot be tried is one path less; if none is left, the handshake's deadline says so.
            let _ = add_candidate(connection, &candidate).await;
            ("a candidate", Ok(None))
        }
    };
    result.map_err(|thrown| format!("the browser refused {what}: {}", describe(&thrown)))
}

async fn create_offer(
    connection: &RtcPeerConnection,
    restart_ice: bool,
) -> Result<(DescriptionKind, String), JsValue> {
    let options = RtcOfferOptions::new();
    options.set_ice_restart(restart_ice);
    let offer = JsFuture::from(connection.create_offer_with_rtc_offer_options(&options)).await?;
    let sdp = set_local(connection, offer.unchecked_into()).await?;
    Ok((DescriptionKind::Offer, sdp))
}

async fn accept_offer(
    connection: &RtcPeerConnection,
    sdp: &str,
) -> Result<(DescriptionKind, String), JsValue> {
    set_remote(connection, RtcSdpType::Offer, sdp).await?;
    let answer = JsFuture::from(connection.create_answer()).await?;
    let sdp = set_local(connection, answer.unchecked_into()).await?;
    Ok((DescriptionKind::Answer, sdp))
}

async fn set_local(
    connection: &RtcPeerConnection,
    description: RtcSessionDescriptionInit,
) -> Result<String, JsValue> {
    JsFuture::from(connection.set_local_description(&description)).await?;
    Ok(description.get_sdp().unwrap_or_default())
}

async fn set_remote(
    connection: &RtcPeerConnection,
    kind: RtcSdpType,
    sdp: &str,
) -> Result<(), JsValue> {
    let description = RtcSessionDescriptionInit::new(kind);
    description.set_sdp(sdp);
    JsFuture::from(connection.set_remote_description(&description)).await?;
    Ok(())
}

async fn add_candidate(
    connection: &RtcPeerConnection,
    candidate: &Candidate,
) -> Result<(), JsValue> {
    let init = RtcIceCandidateInit::new(&candidate.candidate);
    init.set_sdp_mid(candidate.sdp_mid.as_deref());
    init.set_sdp_m_line_index(candidate.sdp_m_line_index);
    let added = connection.add_ice_candidate_with_opt_rtc_ice_candidate_init(Some(&init));
    JsFuture::from(added).await?;
    Ok(())
}
