//! That one device may revoke another: both are one person's, and one of them may be lost some day.

use crate::{
    identity::{BadSignature, Identity, Signature, verify},
    signatures::Claim,
};
use units::PeerId;

const DOMAIN: &str = "let a device revoke me";

/// The device of `identity` lets `by` revoke it, on any ledger.
pub fn sign_permit(identity: &Identity, by: PeerId) -> Signature {
    identity.sign(DOMAIN, by.as_bytes())
}

/// Checks that `device` lets `by` revoke it.
///
/// # Errors
/// [`BadSignature`].
pub fn check_permit(device: PeerId, by: PeerId, permit: &Signature) -> Result<(), BadSignature> {
    verify(device, DOMAIN, by.as_bytes(), permit)
}

/// The same, to be checked among others.
pub fn permit_claim(device: PeerId, by: PeerId, permit: Signature) -> Claim {
    Claim::new(device, DOMAIN, by.as_bytes(), permit)
}
