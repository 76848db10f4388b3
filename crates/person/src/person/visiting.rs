//! Two devices are paired.

use super::{Person, PersonError};
use crate::{
    invitation::Invitation,
    limits,
    message::{Declined, Message},
    outcome::News,
    pairing::{Guest, Offer, Visit, commitment, number, proof},
    record::Record,
};
use units::{PeerId, UnixMillis};

impl Person {
    /// Shows a link. One that was shown before is worth nothing any more.
    ///
    /// # Errors
    /// [`PersonError::Full`], [`PersonError::TooManyEver`].
    pub fn offer(&mut self, now: UnixMillis) -> Result<Invitation, PersonError> {
        self.check_room()?;
        self.give_up();
        let token = first_16(self.draw(now));
        let invitation = Invitation { host: self.me.peer_id(), token };
        self.offer = Some(Offer::new(invitation, now));
        Ok(invitation)
    }

    /// Follows the link of another device; it goes on by itself once that is connected.
    ///
    /// # Errors
    /// [`PersonError::OwnLink`], [`PersonError::BelongsElsewhere`].
    pub fn visit(&mut self, invitation: Invitation, now: UnixMillis) -> Result<(), PersonError> {
        if invitation.host == self.me.peer_id() {
            return Err(PersonError::OwnLink);
        }
        // Devices that were paired already are paired again: one of them may have missed the end of it.
        let others = self.siblings().into_iter().filter(|it| *it != invitation.host).count();
        if others > 0 {
            return Err(PersonError::BelongsElsewhere { count: others });
        }
        self.give_up();
        let nonce = first_16(self.draw(now));
        self.visit = Some(Visit::new(invitation, nonce, now));
        self.knock_if_due(invitation.host, now);
        Ok(())
    }

    /// A person says whether the numbers are the same.
    ///
    /// # Errors
    /// [`PersonError::NothingToConfirm`].
    pub fn confirm(&mut self, is_same: bool, now: UnixMillis) -> Result<(), PersonError> {
        let is_shown = self.visit.as_ref().is_some_and(|it| it.number.is_some())
            || self.guest().is_some_and(|it| it.number.is_some());
        if !is_shown {
            return Err(PersonError::NothingToConfirm);
        }
        if !is_same {
            self.give_up();
            return Ok(());
        }
        if let Some(visit) = &mut self.visit {
            visit.we_agree = true;
            let host = visit.invitation.host;
            self.say(host, &Message::Agree);
        } else if let Some(guest) = self.offer.as_mut().and_then(|it| it.guest.as_mut()) {
            guest.we_agree = true;
            self.welcome_if_agreed(now);
        }
        Ok(())
    }

    /// Ends whatever pairing is under way; the other device is told.
    pub fn give_up(&mut self) {
        let no = Message::Declined(Declined::ByPerson);
        if let Some(guest) = self.offer.take().and_then(|it| it.guest) {
            self.say(guest.peer, &no);
        }
        if let Some(visit) = self.visit.take().filter(|it| it.knocked) {
            self.say(visit.invitation.host, &no);
        }
    }

    fn check_room(&self) -> Result<(), PersonError> {
        let Some(record) = &self.stored.record else { return Ok(()) };
        if record.devices().count() >= limits::DEVICES_MAX {
            return Err(PersonError::Full);
        }
        match record.members.len() >= limits::MEMBERS_MAX {
            true => Err(PersonError::TooManyEver),
            false => Ok(()),
        }
    }

    fn guest(&self) -> Option<&Guest> {
        self.offer.as_ref()?.guest.as_ref()
    }

    pub(super) fn knock_if_due(&mut self, peer: PeerId, now: UnixMillis) {
        let me = self.me.peer_id();
        let is_near = self.neighbours.contains_key(&peer);
        let name = self.name.clone();
        let Some(visit) = self.visit.as_mut().filter(|it| it.invitation.host == peer) else {
            return;
        };
        if now >= visit.until {
            self.visit = None;
            return self.not_paired(Declined::TooLate.reason());
        }
        if is_near && !visit.knocked {
            visit.knocked = true;
            let commitment = commitment(me, &visit.nonce);
            let proof = proof(&visit.invitation, me, commitment);
            self.say(peer, &Message::Knock { proof, commitment, name });
        }
    }

    pub(super) fn pairing_interrupted(&mut self, peer: PeerId) {
        let guest_left = self.guest().is_some_and(|it| it.peer == peer);
        if guest_left && let Some(offer) = &mut self.offer {
            // The link stands: the guest may come again.
            offer.guest = None;
            self.not_paired(
                "the connection to the other device was lost: open the link there again",
            );
        }
        if let Some(visit) = self.visit.as_mut().filter(|it| it.invitation.host == peer) {
            // It knocks again when the host is back; if that has said yes meanwhile, it says so by its state.
            (visit.knocked, visit.number) = (false, None);
        }
    }

    pub(super) fn hear_of_pairing(&mut self, from: PeerId, message: Message, now: UnixMillis) {
        match message {
            Message::Knock { proof: shown, commitment, name } => {
                match self.knocked(from, shown, commitment, &name, now) {
                    Ok(nonce) => {
                        let name = self.name.clone();
                        self.say(from, &Message::Number { nonce, name });
                    }
                    Err(why) => self.say(from, &Message::Declined(why)),
                }
            }
            Message::Number { nonce, name } => self.number_came(from, nonce, name),
            Message::Reveal { nonce } => self.revealed(from, nonce),
            Message::Agree => {
                let guest = self.offer.as_mut().and_then(|it| it.guest.as_mut());
                let guest = guest.filter(|it| it.peer == from && it.number.is_some());
                if let Some(guest) = guest {
                    guest.they_agree = true;
                    self.outcome.news.push(News::TheyAgree);
                    self.welcome_if_agreed(now);
                }
            }
            Message::Welcome(record) => self.welcomed(from, record),
            Message::Settled => {}
            Message::Declined(why) => self.declined(from, why),
            Message::State { .. } | Message::WantModel(_) | Message::TakenOut { .. } => {}
        }
    }

    fn knocked(
        &mut self,
        from: PeerId,
        shown: units::Hash,
        commitment: units::Hash,
        name: &str,
        now: UnixMillis,
    ) -> Result<[u8; 16], Declined> {
        let nonce = first_16(self.draw(now));
        let is_revoked = |it: &Record| it.revoked.contains_key(&from);
        let revoked = self.stored.record.as_ref().is_some_and(is_revoked);
        let offer = self.offer.as_mut().ok_or(Declined::NoSuchOffer)?;
        if now >= offer.until {
            self.offer = None;
            self.not_paired(Declined::TooLate.reason());
            return Err(Declined::TooLate);
        }
        if proof(&offer.invitation, from, commitment) != shown {
            // Nobody guesses 16 bytes: to end the offer would only let strangers disturb.
            return Err(Declined::NoSuchOffer);
        }
        if revoked {
            return Err(Declined::Revoked);
        }
        if *offer.first.get_or_insert(from) != from {
            return Err(Declined::Busy);
        }
        let (peer, name) = (from, name.to_owned());
        let (they_agree, we_agree, number) = (false, false, None);
        offer.guest = Some(Guest { peer, name, commitment, nonce, number, they_agree, we_agree });
        Ok(nonce)
    }

    fn number_came(&mut self, from: PeerId, nonce: [u8; 16], name: String) {
        let me = self.me.peer_id();
        let is_awaited =
            |it: &&mut Visit| it.invitation.host == from && it.knocked && it.number.is_none();
        let Some(visit) = self.visit.as_mut().filter(is_awaited) else { return };
        let number = number(&visit.invitation, me, &nonce, &visit.nonce);
        visit.number = Some((name.clone(), number));
        let reveal = Message::Reveal { nonce: visit.nonce };
        self.say(from, &reveal);
        self.outcome.news.push(News::Number { with: from, name, number });
    }

    fn revealed(&mut self, from: PeerId, nonce: [u8; 16]) {
        let Some(offer) = &mut self.offer else { return };
        let invitation = offer.invitation;
        let is_awaited = |it: &&mut Guest| it.peer == from && it.number.is_none();
        let Some(guest) = offer.guest.as_mut().filter(is_awaited) else { return };
        if commitment(from, &nonce) != guest.commitment {
            offer.guest = None;
            self.refuse(from, "another number than the one it was bound to");
            return self.not_paired("the other device has cheated: do not pair it");
        }
        let number = number(&invitation, from, &guest.nonce, &nonce);
        guest.number = Some(number);
        let name = guest.name.clone();
        self.outcome.news.push(News::Number { with: from, name, number });
    }

    fn welcome_if_agreed(&mut self, now: UnixMillis) {
        let agreed = |it: &Guest| it.they_agree && it.we_agree;
        if !self.guest().is_some_and(agreed) {
            return;
        }
        let Some(guest) = self.offer.take().and_then(|it| it.guest) else { return };
        if let Err(problem) = self.check_room() {
            // Others have let devices in meanwhile.
            self.say(guest.peer, &Message::Declined(Declined::Full));
            return self.not_paired(&problem.to_string());
        }
        if self.stored.record.is_none() {
            self.found(now);
        }
        let Some(record) = &mut self.stored.record else { return };
        record.admit(&self.me, guest.peer, guest.name.clone(), now);
        record.permit_all(&self.me);
        let welcome = Message::Welcome(record.clone());
        self.say(guest.peer, &welcome);
        self.record_changed();
        self.outcome.news.push(News::Paired { with: guest.peer, name: guest.name });
        self.outcome.news.push(News::Devices);
    }

    /// This device is the first one of a person.
    fn found(&mut self, now: UnixMillis) {
        let (person, secret) = (first_16(self.draw(now)), self.own_secret());
        let record = Record::founded(&self.me, self.name.clone(), person, secret, now);
        self.stored.record = Some(record);
        let settings = self.settings.clone();
        for (name, value) in &settings {
            self.note_setting(name, value);
        }
        let held = core::mem::take(&mut self.stored.held);
        self.models(held);
    }

    /// The host has said yes.
    pub(super) fn welcomed(&mut self, from: PeerId, record: Record) {
        let me = self.me.peer_id();
        if !self.is_welcome_awaited(from) {
            return;
        }
        if let Err(problem) = record.validate() {
            self.visit = None;
            self.refuse(from, problem);
            return self.not_paired("what the other device sent is damaged: try again");
        }
        if !record.belongs(me) || !record.belongs(from) {
            self.visit = None;
            self.refuse(from, "a welcome to others");
            return self.not_paired("what the other device sent is for others: try again");
        }
        let visit = self.visit.take();
        let mut record = record;
        match self.stored.record.take() {
            Some(before) if before.person == record.person => {
                let mut joined = record.clone();
                joined.join(&before);
                if joined.validate().is_ok() {
                    record = joined;
                }
            }
            Some(before) => self.keep_secrets_of(before),
            None => {}
        }
        record.permit_all(&self.me);
        self.stored.record = Some(record);
        // What this device has brings its own versions; where both have a cluster of that name, the record's counts.
        let held = core::mem::take(&mut self.stored.held);
        let known = |cluster: &units::ClusterId| {
            self.stored.record.as_ref().is_some_and(|it| it.models.contains_key(cluster))
        };
        let (both, own): (Vec<_>, Vec<_>) = held.into_iter().partition(|(it, _)| known(it));
        self.stored.held = both.iter().cloned().collect();
        self.models(both.into_iter().chain(own));
        self.take_settings();
        self.say(from, &Message::Settled);
        self.record_changed();
        let name = visit.and_then(|it| it.number).map(|(name, _)| name).unwrap_or_default();
        self.outcome.news.push(News::Paired { with: from, name });
        self.outcome.news.push(News::Devices);
    }

    fn declined(&mut self, from: PeerId, why: Declined) {
        if self.visit.as_ref().is_some_and(|it| it.invitation.host == from && it.knocked) {
            self.visit = None;
            self.not_paired(why.reason());
        } else if self.guest().is_some_and(|it| it.peer == from)
            && let Some(offer) = &mut self.offer
        {
            offer.guest = None;
            self.not_paired(why.reason());
        }
    }

    pub(super) fn is_welcome_awaited(&self, from: PeerId) -> bool {
        self.visit.as_ref().is_some_and(|it| it.invitation.host == from && it.we_agree)
    }

    fn not_paired(&mut self, reason: &str) {
        self.outcome.news.push(News::NotPaired { reason: reason.to_owned() });
    }
}

fn first_16(bytes: [u8; 32]) -> [u8; 16] {
    *bytes.first_chunk().expect("16 of 32 bytes")
}
