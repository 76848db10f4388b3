//! Session descriptions and candidates, as far as the model needs them.

use protocol::envelope::Candidate;

/// An end of a connection, anywhere in the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EndpointId(pub(super) u64);

/// Whose credentials, and which: a restart of ICE makes new ones.
pub(super) type Credentials = (EndpointId, u32);

/// The description of an endpoint; `what` is `offer` or `answer`.
pub(super) fn write_description(what: &str, (endpoint, generation): Credentials) -> String {
    format!("v=0\r\no=sim {what}\r\na=endpoint:{}\r\na=generation:{generation}\r\n", endpoint.0)
}

/// Reads what [`write_description`] wrote.
pub(super) fn read_description(what: &str, sdp: &str) -> Option<Credentials> {
    let rest = sdp.strip_prefix("v=0\r\no=sim ")?.strip_prefix(what)?;
    let (endpoint, generation) = rest
        .strip_prefix("\r\na=endpoint:")?
        .strip_suffix("\r\n")?
        .split_once("\r\na=generation:")?;
    Some((EndpointId(endpoint.parse().ok()?), generation.parse().ok()?))
}

/// The `number`-th candidate of an endpoint.
pub(super) fn write_candidate((endpoint, generation): Credentials, number: u32) -> Candidate {
    let candidate =
        format!("candidate:{number} 1 udp endpoint {} generation {generation}", endpoint.0);
    Candidate { candidate, sdp_mid: Some("0".to_owned()), sdp_m_line_index: Some(0) }
}

/// What says that there are no more candidates.
pub(super) fn last_candidate() -> Candidate {
    Candidate { candidate: String::new(), sdp_mid: Some("0".to_owned()), sdp_m_line_index: Some(0) }
}

/// Reads what [`write_candidate`] wrote.
pub(super) fn read_candidate(candidate: &Candidate) -> Option<Credentials> {
    let (_, rest) = candidate.candidate.split_once(" 1 udp endpoint ")?;
    let (endpoint, generation) = rest.split_once(" generation ")?;
    Some((EndpointId(endpoint.parse().ok()?), generation.parse().ok()?))
}
