//! Reading what a server says.
//!
//! What `serde` derives for messages that are told apart by a field keeps every message in a form of its own until it has seen that
//! field, and reads the form again: some forty kilobytes of code in the page. Here all fields of all messages are one structure, and
//! each message takes its own.

use super::{
    messages::{ErrorCode, IceServer, LeaveReason, PeerCard, ServerMessage},
    registration::Challenge,
};
use crate::envelope::Envelope;
use core::fmt;
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};
use units::PeerId;

/// Every field that a message may have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    #[serde(rename = "type")]
    kind: Kind,
    version: Option<u16>,
    challenge: Option<Challenge>,
    heartbeat_interval_ms: Option<u32>,
    ice_servers: Option<Vec<IceServer>>,
    peer: Option<Peer>,
    peers: Option<Vec<Peer>>,
    others: Option<u32>,
    reason: Option<LeaveReason>,
    from: Option<PeerId>,
    envelope: Option<Envelope>,
    code: Option<ErrorCode>,
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Challenge,
    Registered,
    PeerJoined,
    PeerLeft,
    Peers,
    Signal,
    Error,
}

/// Fields that do not make up a message.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadFields {
    /// One is not there, or is something else than it is in such a message.
    #[error("missing field `{0}`")]
    Missing(&'static str),
    /// One has no place in such a message.
    #[error("unknown field `{0}`")]
    Unknown(&'static str),
}

impl TryFrom<Fields> for ServerMessage {
    type Error = BadFields;

    fn try_from(mut fields: Fields) -> Result<Self, BadFields> {
        let fields = &mut fields;
        let message = match fields.kind {
            Kind::Challenge => Self::Challenge {
                version: own(&mut fields.version, "version")?,
                challenge: own(&mut fields.challenge, "challenge")?,
            },
            Kind::Registered => Self::Registered {
                heartbeat_interval_ms: own(
                    &mut fields.heartbeat_interval_ms,
                    "heartbeat_interval_ms",
                )?,
                ice_servers: own(&mut fields.ice_servers, "ice_servers")?,
            },
            Kind::PeerJoined => Self::PeerJoined {
                peer: own(&mut fields.peer, "peer")?.card()?,
                others: own(&mut fields.others, "others")?,
            },
            Kind::PeerLeft => Self::PeerLeft {
                peer: own(&mut fields.peer, "peer")?.id()?,
                reason: own(&mut fields.reason, "reason")?,
            },
            Kind::Peers => {
                let peers = own(&mut fields.peers, "peers")?;
                let peers = peers.into_iter().map(Peer::card).collect::<Result<_, _>>()?;
                Self::Peers { peers, others: own(&mut fields.others, "others")? }
            }
            Kind::Signal => Self::Signal {
                from: own(&mut fields.from, "from")?,
                envelope: own(&mut fields.envelope, "envelope")?,
            },
            Kind::Error => Self::Error {
                code: own(&mut fields.code, "code")?,
                message: own(&mut fields.message, "message")?,
            },
        };
        fields.left_over().map_or(Ok(message), |name| Err(BadFields::Unknown(name)))
    }
}

/// Takes a field that a message must have.
fn own<T>(field: &mut Option<T>, name: &'static str) -> Result<T, BadFields> {
    field.take().ok_or(BadFields::Missing(name))
}

impl Fields {
    /// A field that no message has taken.
    fn left_over(&self) -> Option<&'static str> {
        let all = [
            ("version", self.version.is_some()),
            ("challenge", self.challenge.is_some()),
            ("heartbeat_interval_ms", self.heartbeat_interval_ms.is_some()),
            ("ice_servers", self.ice_servers.is_some()),
            ("peer", self.peer.is_some()),
            ("peers", self.peers.is_some()),
            ("others", self.others.is_some()),
            ("reason", self.reason.is_some()),
            ("from", self.from.is_some()),
            ("envelope", self.envelope.is_some()),
            ("code", self.code.is_some()),
            ("message", self.message.is_some()),
        ];
        all.into_iter().find(|(_, is_there)| *is_there).map(|(name, _)| name)
    }
}

/// A peer in a message: only who it is, or all that others see of it.
enum Peer {
    Id(PeerId),
    Card(PeerCard),
}

impl Peer {
    fn id(self) -> Result<PeerId, BadFields> {
        match self {
            Self::Id(id) => Ok(id),
            Self::Card(_) => Err(BadFields::Missing("peer")),
        }
    }

    fn card(self) -> Result<PeerCard, BadFields> {
        match self {
            Self::Card(card) => Ok(card),
            Self::Id(_) => Err(BadFields::Missing("peer")),
        }
    }
}

impl<'de> Deserialize<'de> for Peer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsPeer;

        impl<'de> Visitor<'de> for AsPeer {
            type Value = Peer;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a peer")
            }

            fn visit_str<E: Error>(self, id: &str) -> Result<Peer, E> {
                id.parse().map(Peer::Id).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, card: A) -> Result<Peer, A::Error> {
                PeerCard::deserialize(MapAccessDeserializer::new(card)).map(Peer::Card)
            }
        }

        deserializer.deserialize_any(AsPeer)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Capability, decode_server};
    use super::*;
    use crate::{envelope::Instance, identity::Identity};

    fn messages() -> Vec<ServerMessage> {
        let peer = Identity::from_seed([7; 32]).peer_id();
        let capability = Capability { device_name: "Ada".to_owned(), ..Capability::default() };
        let card = PeerCard { peer, instance: Instance(3), capability };
        let relay = IceServer {
            urls: vec!["turn:example.org".to_owned()],
            username: Some("ada".to_owned()),
            credential: None,
        };
        let code = ErrorCode::Full;
        vec![
            ServerMessage::Challenge { version: 10, challenge: Challenge::from_bytes([5; 32]) },
            ServerMessage::Registered { heartbeat_interval_ms: 9, ice_servers: vec![relay] },
            ServerMessage::PeerJoined { peer: card.clone(), others: 1 },
            ServerMessage::PeerLeft { peer, reason: LeaveReason::Silent },
            ServerMessage::Peers { peers: vec![card], others: 1 },
            ServerMessage::Peers { peers: Vec::new(), others: 0 },
            ServerMessage::Error { code, message: "it is full".to_owned() },
        ]
    }

    #[test]
    fn what_a_server_says_is_what_is_read() {
        for message in messages() {
            assert_eq!(decode_server(&message.to_json()), Ok(message));
        }
    }

    #[test]
    fn a_message_has_its_own_fields_and_no_others() {
        for message in messages() {
            let text = message.to_json();
            for extra in
                [r#","text":"hello"}"#, r#","from":"x"}"#, r#","version":10,"code":"full"}"#]
            {
                let more = text.strip_suffix('}').expect("an object").to_owned() + extra;
                assert!(decode_server(&more).is_err(), "{more}");
            }
        }
    }

    #[test]
    fn what_is_missing_or_something_else_is_named() {
        let peer = Identity::from_seed([7; 32]).peer_id();
        for (text, problem) in [
            (r#"{"type":"error","code":"full"}"#.to_owned(), "missing field `message`"),
            (
                r#"{"type":"error","code":"full","message":null}"#.to_owned(),
                "missing field `message`",
            ),
            (
                format!(r#"{{"type":"peer_joined","peer":"{peer}","others":1}}"#),
                "missing field `peer`",
            ),
            (r#"{"code":"full","message":"a"}"#.to_owned(), "missing field `type`"),
            (r#"{"type":"chat","message":"a"}"#.to_owned(), "unknown variant `chat`"),
            (
                format!(r#"{{"type":"peer_left","peer":"{peer}","reason":"silent","others":1}}"#),
                "unknown field `others`",
            ),
        ] {
            let error = decode_server(&text).expect_err(&text).to_string();
            assert!(error.contains(problem), "{text}: {error}");
        }
    }
}
