//! A cluster as bytes for storage on this device: all but its rows, with a digest that tells damage.
//!
//! Little-endian: magic, version, length of the model (u32), the model, the alone network's parameters, both learning
//! states, the residual, the update on its way (length u32, 0 for none; then the root mean square of its training), the
//! taught network (0 or 1, then its parameters), the private trainings that alone are in all that (0 or 1, then session, count u32; or
//! nothing), the prototypes (length u32, 0 for none), SHA-256 of all that. Version 2 had no prototypes, and the private trainings
//! at its end or nothing; it is read still.

use super::{
    alone::Alone,
    cluster::{Cluster, Pending, PrivateTrainings},
    rehearsal::Rehearsal,
};
use crate::job::Answer;
use neural::{
    InvalidModel, LearningState, Model, Network, Update,
    bytes::{Damaged, Reader, Writer},
};
use protocol::cluster::NetworkSpec;
use units::{Hash, SessionId};

const MAGIC: [u8; 4] = *b"PCNC";
const VERSION: u16 = 3;

/// The oldest that is read.
const VERSION_MIN: u16 = 2;
const DIGEST_BYTES: usize = 32;

/// A number in a checkpoint that is larger is damage, digest or not.
const MAGNITUDE_MAX: f32 = 1e9;

/// Bytes that are no checkpoint.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum InvalidCheckpoint {
    #[error("a checkpoint of version {0}, where this device reads version {VERSION}")]
    Version(u16),
    #[error("a damaged checkpoint of {0} bytes")]
    Damaged(usize),
    #[error("a checkpoint with {0}")]
    Model(#[from] InvalidModel),
}

/// The network that a checkpoint is of, for a look before memory is taken.
pub(super) fn network_of(bytes: &[u8]) -> Result<NetworkSpec, InvalidCheckpoint> {
    let (_, mut reader) = checked(bytes)?;
    let damaged = InvalidCheckpoint::Damaged(bytes.len());
    Ok(Model::decode(read_block(&mut reader).map_err(|_| damaged)?)?.network().spec().clone())
}

/// The version, and a reader behind it, up to the digest, which is right.
fn checked(bytes: &[u8]) -> Result<(u16, Reader<'_>), InvalidCheckpoint> {
    let damaged = || InvalidCheckpoint::Damaged(bytes.len());
    let body_bytes = bytes.len().checked_sub(DIGEST_BYTES).ok_or_else(damaged)?;
    let (body, digest) = bytes.split_at(body_bytes);
    if Hash::of(body).as_bytes() != digest {
        return Err(damaged());
    }
    let mut reader = Reader::new(body);
    if reader.array() != Ok(MAGIC) {
        return Err(damaged());
    }
    match reader.u16() {
        Ok(version @ VERSION_MIN..=VERSION) => Ok((version, reader)),
        Ok(version) => Err(InvalidCheckpoint::Version(version)),
        Err(Damaged) => Err(damaged()),
    }
}

impl Cluster {
    pub(super) fn export(&self) -> Answer {
        Answer::Model { model: self.model_hash, bytes: self.model.encode() }
    }

    /// `alone` are the blocks of the alone network, wherever it is kept.
    pub(super) fn checkpoint(&self, alone: &[Vec<u8>; 2]) -> Answer {
        let [alone, alone_learning] = alone;
        let mut writer = Writer::new();
        writer.bytes(&MAGIC);
        writer.u16(VERSION);
        write_block(&mut writer, &self.model.encode());
        writer.bytes(alone);
        self.learning.write(&mut writer);
        writer.bytes(alone_learning);
        writer.floats(&self.residual);
        match &self.pending {
            Some(Pending { update, trained_rms }) => {
                write_block(&mut writer, update);
                writer.floats(&[*trained_rms]);
            }
            None => writer.u32(0),
        }
        writer.u8(u8::from(self.taught.is_some()));
        if let Some(taught) = &self.taught {
            writer.floats(taught.parameters());
        }
        writer.u8(u8::from(self.private.is_some()));
        if let Some(PrivateTrainings { session, count }) = &self.private {
            writer.bytes(session.as_bytes());
            writer.u32(*count);
        }
        write_block(&mut writer, &self.rehearsal.write());
        let digest = Hash::of(writer.written());
        writer.bytes(digest.as_bytes());
        Answer::Checkpoint { model: self.model_hash, bytes: writer.finish() }
    }

    pub(super) fn from_checkpoint(bytes: &[u8]) -> Result<Self, InvalidCheckpoint> {
        let damaged = |_| InvalidCheckpoint::Damaged(bytes.len());
        let (version, mut reader) = checked(bytes)?;
        let model = Model::decode(read_block(&mut reader).map_err(damaged)?)?;
        Self::read(&mut reader, model, version).map_err(damaged)
    }

    fn read(reader: &mut Reader<'_>, model: Model, version: u16) -> Result<Self, Damaged> {
        let parameters = model.network().parameters().len();
        let network = |reader: &mut Reader<'_>| -> Result<Network, Damaged> {
            let numbers = reader.floats(parameters, MAGNITUDE_MAX)?;
            model.network().with_parameters(numbers).ok_or(Damaged)
        };
        let alone = network(reader)?;
        let spec = model.network().spec();
        let learning = LearningState::read(reader, spec)?;
        let alone = Alone::from_parts(alone, LearningState::read(reader, spec)?);
        let residual = reader.floats(parameters, MAGNITUDE_MAX)?;
        let pending = match read_block(reader)? {
            [] => None,
            update => {
                let trained_rms = reader.f32(MAGNITUDE_MAX)?;
                // One that another version has written is lost; the cluster is not.
                let is_readable = Update::decode(update, model.network().spec()).is_ok();
                is_readable.then(|| Pending { update: update.to_vec(), trained_rms })
            }
        };
        let taught = match reader.u8()? {
            0 => None,
            1 => Some(network(reader)?),
            _ => return Err(Damaged),
        };
        let is_private = match version {
            VERSION_MIN => reader.remaining() > 0,
            _ => match reader.u8()? {
                0 => false,
                1 => true,
                _ => return Err(Damaged),
            },
        };
        let private = match is_private {
            false => None,
            true => {
                let session = SessionId::from_bytes(reader.array()?);
                Some(PrivateTrainings { session, count: reader.u32()? })
            }
        };
        let prototypes = if version > VERSION_MIN { read_block(reader)? } else { &[] };
        let rehearsal = Rehearsal::read(spec, prototypes);
        if reader.remaining() > 0 {
            return Err(Damaged);
        }
        let alone = Some(alone);
        let data = Self { rehearsal, ..Self::of(model) };
        Ok(Self { alone, learning, residual, pending, taught, private, ..data })
    }
}

fn write_block(writer: &mut Writer, bytes: &[u8]) {
    writer.u32(bytes.len() as u32);
    writer.bytes(bytes);
}

fn read_block<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Damaged> {
    let size_bytes = reader.u32()? as usize;
    reader.bytes(size_bytes)
}
