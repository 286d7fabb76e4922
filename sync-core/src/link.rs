//! Phone-to-phone synchronisation over any byte stream (Bluetooth, Wi-Fi Direct, a cable), sans-I/O.
//!
//! Promise:
//!
//! - Before any case data is sent, both phones prove with the key of their lease that they are enrolled in this tenant.
//! - Each sends what the other lacks of the shared cases in which the other's officer takes part. Afterwards both hold
//!   the same set for those cases.
//! - An interrupted link loses nothing: received changes are stored, and the next link starts with heads again.
//! - Every change is verified by its own signature.
//!
//! Not here: discovery, radio, encryption (the host pairs and encrypts). Files are not transferred; the case lists the
//! missing ones.

mod frame;

use crate::change::Change;
use crate::codec::CodecError;
use crate::device::{Device, Source, StoreError};
use crate::id::{CaseId, ChangeId, Digest, OfficerId};
use crate::lease::{Lease, SignedLease};
use crate::message::CaseHeads;
use crate::sign::{SignedError, Signer, SignerError, Tag, open, seal};
use frame::{Frame, Frames};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

const LINK: Tag = Tag("palm/v1/link");
/// Bytes of changes in one frame, unless a single change is larger.
const BATCH_BYTES: usize = 256 << 10;

/// Why a link ends early. Changes that arrived before are stored.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// This phone's store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// This phone's keystore would not sign.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The peer sends unreadable data.
    #[error("the other side sends what cannot be read: {0}")]
    Unreadable(#[from] CodecError),
    /// The other side is no enrolled phone of this tenant.
    #[error("the other side is no enrolled phone of this tenant: {0}")]
    Stranger(&'static str),
    /// A frame that does not belong here.
    #[error("the other side sends a frame out of turn")]
    OutOfTurn,
    /// This phone has no lease yet, so it cannot identify itself.
    #[error("this phone has no lease to show")]
    NoLease,
}

/// Progress of a link.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinkTally {
    /// Changes sent.
    pub sent: u64,
    /// Changes stored that were new here.
    pub stored: u64,
    /// Changes that arrived and were held before.
    pub known: u64,
    /// Changes that arrived and wait for something.
    pub parked: u64,
    /// Changes or leases that were refused as forged or unreadable.
    pub refused: u64,
}

/// One side of a link.
#[derive(Debug)]
pub struct Link {
    nonce: [u8; 32],
    frames: Frames,
    out: VecDeque<Frame>,
    said: Said,
    peer: Option<Peer>,
    proved: bool,
    done_received: bool,
    tally: LinkTally,
}

/// The next step of this side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Nothing,
    Hello,
    Everything,
}

#[derive(Debug)]
struct Peer {
    lease: SignedLease,
    nonce: [u8; 32],
}

impl Link {
    /// A new link. `nonce` is 32 fresh random bytes.
    pub fn new(nonce: [u8; 32]) -> Self {
        Self {
            nonce,
            frames: Frames::default(),
            out: VecDeque::new(),
            said: Said::Nothing,
            peer: None,
            proved: false,
            done_received: false,
            tally: LinkTally::default(),
        }
    }

    /// Whether both sides have sent everything.
    pub fn is_done(&self) -> bool {
        self.said == Said::Everything && self.done_received && self.out.is_empty()
    }

    /// The peer's officer, once proven.
    pub fn peer(&self) -> Option<OfficerId> {
        self.peer.as_ref().filter(|_| self.proved).map(|peer| peer.lease.lease.officer)
    }

    /// The progress.
    pub const fn tally(&self) -> &LinkTally {
        &self.tally
    }

    /// Bytes to write to the stream now; empty if it is the other side's turn.
    ///
    /// # Errors
    /// [`LinkError`].
    pub fn outgoing(&mut self, device: &Device) -> Result<Vec<u8>, LinkError> {
        if self.said == Said::Nothing {
            let lease = device.lease()?.ok_or(LinkError::NoLease)?.bytes;
            self.out.push_front(Frame::Hello { nonce: self.nonce, lease });
            self.said = Said::Hello;
        }
        Ok(self.out.pop_front().map(|frame| frame.to_bytes()).unwrap_or_default())
    }

    /// Processes bytes from the stream, in pieces of any size.
    ///
    /// # Errors
    /// [`LinkError`]: close the stream and begin a new link when the other phone is back.
    pub fn incoming(&mut self, device: &mut Device, bytes: &[u8], signer: &dyn Signer) -> Result<(), LinkError> {
        self.frames.push(bytes);
        while let Some(frame) = self.frames.next()? {
            match frame {
                Frame::Hello { nonce, lease } => self.hello(device, nonce, &lease, signer)?,
                Frame::Proof(proof) => self.proof(device, &proof)?,
                Frame::Heads(cases) => self.heads(device, &cases)?,
                Frame::Ask(cases) => self.asked(device, &cases)?,
                Frame::Held(cases) => self.held(device, &cases)?,
                Frame::Changes { leases, changes } => self.changes(device, &leases, &changes)?,
                Frame::Done => {
                    self.must_be_proved()?;
                    self.done_received = true;
                }
            }
        }
        Ok(())
    }

    fn hello(&mut self, device: &Device, nonce: [u8; 32], lease: &[u8], signer: &dyn Signer) -> Result<(), LinkError> {
        if self.peer.is_some() {
            return Err(LinkError::OutOfTurn);
        }
        let identity = device.identity();
        let lease = Lease::open(lease, &identity.tenant_key, device.verifier())
            .map_err(|_forged: SignedError| LinkError::Stranger("its lease is not the tenant's"))?;
        if lease.lease.tenant != identity.tenant || lease.lease.device == identity.device {
            return Err(LinkError::Stranger("its lease is of another tenant, or this phone's own"));
        }
        let own = device.lease()?.ok_or(LinkError::NoLease)?.hash;
        let proof = seal(LINK, &proof_of(&nonce, &self.nonce, own), signer)?;
        self.out.push_back(Frame::Proof(proof));
        self.peer = Some(Peer { lease, nonce });
        Ok(())
    }

    fn proof(&mut self, device: &Device, proof: &[u8]) -> Result<(), LinkError> {
        let Some(peer) = self.peer.as_ref().filter(|_| !self.proved) else { return Err(LinkError::OutOfTurn) };
        let forged = |_: SignedError| LinkError::Stranger("its proof is not by the key in its lease");
        let (payload, _hash) = open(LINK, proof, &peer.lease.lease.key, device.verifier()).map_err(forged)?;
        if payload != proof_of(&self.nonce, &peer.nonce, peer.lease.hash) {
            return Err(LinkError::Stranger("its proof is of another link"));
        }
        self.proved = true;
        self.out.push_back(Frame::Heads(self.exchanged(device)?));
        Ok(())
    }

    fn must_be_proved(&self) -> Result<&Peer, LinkError> {
        self.peer.as_ref().filter(|_| self.proved).ok_or(LinkError::OutOfTurn)
    }

    /// Heads of the cases that this phone shares and in which the other officer takes part.
    fn exchanged(&self, device: &Device) -> Result<Vec<CaseHeads>, LinkError> {
        let officer = self.must_be_proved()?.lease.lease.officer;
        let mut cases = Vec::new();
        for CaseHeads { case, heads } in device.heads()? {
            let takes_part = || -> Result<bool, StoreError> {
                Ok(device.case(case)?.is_some_and(|state| state.participants.contains_key(&officer)))
            };
            if device.is_shared(case)? && takes_part()? {
                cases.push(CaseHeads { case, heads });
            }
        }
        Ok(cases)
    }

    /// Processes the peer's heads: queues the changes that it lacks.
    fn heads(&mut self, device: &mut Device, theirs: &[CaseHeads]) -> Result<(), LinkError> {
        let officer = self.must_be_proved()?.lease.lease.officer;
        if self.said != Said::Hello {
            return Err(LinkError::OutOfTurn);
        }
        let theirs: BTreeMap<CaseId, &[ChangeId]> =
            theirs.iter().map(|CaseHeads { case, heads }| (*case, heads.as_slice())).collect();
        // A case that the peer shares is shared back if the peer's officer takes part in it.
        for case in theirs.keys() {
            share_with(device, *case, officer)?;
        }
        let mut ask = Vec::new();
        for CaseHeads { case, .. } in self.exchanged(device)? {
            let changes = device.changes(case)?;
            let heads = theirs.get(&case).copied().unwrap_or_default();
            if heads.iter().all(|head| changes.iter().any(|change| change.id() == *head)) {
                self.queue_beyond(device, &changes, &below(&changes, heads))?;
            } else {
                // The peer has changes that this phone lacks, and may lack some that this phone has.
                ask.push(case);
            }
        }
        if ask.is_empty() {
            self.finish();
        } else {
            self.out.push_back(Frame::Ask(ask));
        }
        Ok(())
    }

    fn finish(&mut self) {
        self.out.push_back(Frame::Done);
        self.said = Said::Everything;
    }

    /// The other side does not know the heads sent to it, so offer everything that this phone holds.
    fn asked(&mut self, device: &Device, cases: &[CaseId]) -> Result<(), LinkError> {
        let mut told = Vec::new();
        for CaseHeads { case, .. } in self.exchanged(device)? {
            if cases.contains(&case) {
                let mut held: Vec<ChangeId> = device.changes(case)?.iter().map(Change::id).collect();
                held.sort_unstable();
                told.push(CaseHeads { case, heads: held });
            }
        }
        self.out.push_back(Frame::Held(told));
        Ok(())
    }

    fn held(&mut self, device: &Device, theirs: &[CaseHeads]) -> Result<(), LinkError> {
        let exchanged: BTreeSet<CaseId> = self.exchanged(device)?.into_iter().map(|case| case.case).collect();
        if self.said != Said::Hello {
            return Err(LinkError::OutOfTurn);
        }
        for CaseHeads { case, heads } in theirs.iter().filter(|theirs| exchanged.contains(&theirs.case)) {
            self.queue_beyond(device, &device.changes(*case)?, &heads.iter().copied().collect())?;
        }
        self.finish();
        Ok(())
    }

    fn queue_beyond(
        &mut self,
        device: &Device,
        changes: &[Change],
        held: &BTreeSet<ChangeId>,
    ) -> Result<(), LinkError> {
        let lacking: Vec<&Change> = changes.iter().filter(|change| !held.contains(&change.id())).collect();
        self.queue(device, &lacking)
    }

    fn queue(&mut self, device: &Device, changes: &[&Change]) -> Result<(), LinkError> {
        let mut told = BTreeSet::<Digest>::new();
        let (mut leases, mut batch, mut size) = (Vec::new(), Vec::new(), 0_usize);
        for change in changes {
            let bytes = change.to_bytes();
            if !batch.is_empty() && size.saturating_add(bytes.len()) > BATCH_BYTES {
                let (leases, changes) = (std::mem::take(&mut leases), std::mem::take(&mut batch));
                self.out.push_back(Frame::Changes { leases, changes });
                size = 0;
            }
            if let Some(lease) = change.header().lease.filter(|lease| told.insert(*lease)) {
                leases.extend(device.lease_bytes(lease)?);
            }
            size = size.saturating_add(bytes.len());
            batch.push(bytes);
            self.tally.sent += 1;
        }
        if !batch.is_empty() {
            self.out.push_back(Frame::Changes { leases, changes: batch });
        }
        Ok(())
    }

    fn changes(&mut self, device: &mut Device, leases: &[Vec<u8>], changes: &[Vec<u8>]) -> Result<(), LinkError> {
        let officer = self.must_be_proved()?.lease.lease.officer;
        let arrived = device.receive(leases, changes, Source::Peer)?;
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        self.tally.stored += count(arrived.stored.len());
        self.tally.known += count(arrived.known.len());
        self.tally.parked += count(arrived.parked.len());
        self.tally.refused += count(arrived.refused.len());
        // A received case is shared back if the peer's officer takes part in it.
        for case in arrived.cases {
            share_with(device, case, officer)?;
        }
        Ok(())
    }
}

/// Marks a case as shared if the other officer takes part in it.
fn share_with(device: &mut Device, case: CaseId, officer: OfficerId) -> Result<(), StoreError> {
    match device.case(case)? {
        Some(state) if state.participants.contains_key(&officer) => device.share(case),
        Some(_) | None => Ok(()),
    }
}

/// The bytes that a phone signs: the peer's nonce, its own, and the lease that it showed.
fn proof_of(theirs: &[u8; 32], own: &[u8; 32], lease: Digest) -> Vec<u8> {
    [theirs.as_slice(), own, lease.bytes()].concat()
}

/// The changes of a case that `heads` build on, and the heads themselves, as far as they are held.
fn below(changes: &[Change], heads: &[ChangeId]) -> BTreeSet<ChangeId> {
    let mut held: BTreeSet<ChangeId> = heads.iter().copied().collect();
    for change in changes.iter().rev() {
        if held.contains(&change.id()) {
            held.extend(&change.header().deps);
        }
    }
    held
}
