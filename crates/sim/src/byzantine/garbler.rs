//! A device that carries nodes of others and does not let them fire.

use crate::dice::Dice;
use peer::Channel;
use protocol::{message::ControlMessage, split::SplitMessage};

/// Batches that it answers as it should, so that it is trusted by then.
const HONEST_BATCHES: u64 = 50;

/// Bytes in place of events, as many as there were.
pub(super) fn instead_of(channel: Channel, bytes: Vec<u8>, dice: &mut Dice) -> (Channel, Vec<u8>) {
    let garbled = match ControlMessage::decode(&bytes) {
        Ok(ControlMessage::Split {
            split,
            part,
            message: SplitMessage::Fired { batch, events },
        }) if channel == Channel::Control && batch > HONEST_BATCHES => {
            let events = dice.garbage(events.len());
            let message = SplitMessage::Fired { batch, events };
            Some(ControlMessage::Split { split, part, message }.encode())
        }
        _ => None,
    };
    (channel, garbled.unwrap_or(bytes))
}
