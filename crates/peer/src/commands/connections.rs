//! Connections and messages.

use crate::{engine::Engine, error::CommandError};
use protocol::{
    limits,
    message::{BulkMessage, ControlMessage},
};
use units::{Instant, PeerId};

impl Engine {
    /// Starts to connect to a peer; [`crate::Event::Connected`] or [`crate::Event::Link`] says how that goes. A
    /// connection that exists or is under way is success.
    ///
    /// # Errors
    /// [`CommandError::UnknownPeer`], [`CommandError::TooManyLinks`], [`CommandError::Unreachable`].
    pub fn connect(&mut self, now: Instant, peer: PeerId) -> Result<(), CommandError> {
        let member = self.roster.get(peer).ok_or(CommandError::UnknownPeer(peer))?;
        if member.link.is_some() {
            return Ok(());
        }
        if self.roster.census(now).links >= self.core.limits.links {
            return Err(CommandError::TooManyLinks(self.core.limits.links));
        }
        if !self.offer(now, peer) {
            return Err(CommandError::Unreachable(peer));
        }
        if let Some(member) = self.roster.get_mut(peer) {
            member.is_asked_for = true;
        }
        Ok(())
    }

    /// Closes the connection with a peer; it is not opened again by itself.
    ///
    /// # Errors
    /// [`CommandError::UnknownPeer`], [`CommandError::NotConnected`].
    pub fn disconnect(&mut self, now: Instant, peer: PeerId) -> Result<(), CommandError> {
        let member = self.roster.get(peer).ok_or(CommandError::UnknownPeer(peer))?;
        if member.link.is_none() {
            return Err(CommandError::NotConnected(Some(peer)));
        }
        self.close_link(now, peer, "a person closed the connection");
        Ok(())
    }

    /// Sends a text to one peer, or to everyone in the room; returns to how many it goes from here. It is sent again after
    /// a lost connection until the receiver has stored it. In a room of more than 12 peers, a text to everyone goes from
    /// device to device as a rumour, and for a text to one that is not connected a connection is opened, because what
    /// one person writes to another passes no third device.
    ///
    /// # Errors
    /// [`CommandError::NoRoom`], [`CommandError::NotConnected`], [`CommandError::TooMuchSaid`], those of
    /// [`Self::connect`], or [`CommandError::InvalidInput`] for an empty or too long text.
    pub fn send_text(
        &mut self,
        now: Instant,
        to: Option<PeerId>,
        text: &str,
    ) -> Result<u32, CommandError> {
        let size_bytes = text.len();
        if text.trim().is_empty() || size_bytes > limits::TEXT_BYTES_MAX {
            return Err(CommandError::InvalidInput(format!(
                "a message has 1 to {} bytes, this one {size_bytes}",
                limits::TEXT_BYTES_MAX
            )));
        }
        let mut receivers: Vec<PeerId> = self.roster.connected().collect();
        if self.roster.is_partial && !receivers.is_empty() {
            match to {
                None => {
                    return self.send_text_to_all(now, text).ok_or(CommandError::TooMuchSaid);
                }
                Some(peer) if !receivers.contains(&peer) => {
                    self.connect(now, peer)?;
                    receivers.push(peer);
                }
                Some(_) => {}
            }
        }
        receivers.retain(|peer| to.is_none_or(|to| to == *peer));
        let names: Vec<String> = receivers.iter().map(|to| self.device_name_of(*to)).collect();
        let texts = self.texts.as_mut().ok_or(CommandError::NoRoom)?;
        if receivers.is_empty() {
            return Err(CommandError::NotConnected(to));
        }
        let mut numbered = Vec::with_capacity(receivers.len());
        for (peer, name) in receivers.into_iter().zip(names) {
            numbered.push((peer, texts.compose(now, peer, name, text, &mut self.core)));
        }
        let count = numbered.len() as u32;
        for (peer, id) in numbered {
            self.send_control(now, peer, &ControlMessage::Text { id, text: text.to_owned() });
        }
        Ok(count)
    }

    /// Measures the round trip to a peer; [`crate::Event::Pong`] answers.
    ///
    /// # Errors
    /// [`CommandError::NotConnected`].
    pub fn ping(&mut self, now: Instant, peer: PeerId) -> Result<(), CommandError> {
        let link = self.roster.get_mut(peer).and_then(|member| member.link.as_mut());
        let link = link.filter(|link| link.is_open());
        link.ok_or(CommandError::NotConnected(Some(peer)))?.ping(now, &mut self.core);
        Ok(())
    }

    /// Sends bytes that measure the `bulk` channel; [`crate::Event::Probe`] tells the other side. `false` if the
    /// queue is full.
    ///
    /// # Errors
    /// [`CommandError::NotConnected`].
    pub fn send_probe(
        &mut self,
        _now: Instant,
        peer: PeerId,
        bytes: Vec<u8>,
    ) -> Result<bool, CommandError> {
        let link = self.roster.get_mut(peer).and_then(|member| member.link.as_mut());
        let link = link.filter(|link| link.is_open());
        let link = link.ok_or(CommandError::NotConnected(Some(peer)))?;
        Ok(link.send_bulk(&BulkMessage::Probe { bytes }, &mut self.core).is_some())
    }
}
