//! Whether the cost of a change is independent of the number of stored changes.
//!
//! Promise: the same shapes are pushed at each size, with the limits of the machine measured before and after. Filling
//! is not part of any figure. The server indexes while nothing comes in: filled data is indexed before measuring;
//! indexing of the measured changes is a figure of its own, except for the steps that the server took meanwhile.

use super::index;
use super::limit::Limits;
use super::process;
use super::push::{self, Into, Numbers, Pushes, Shape};
use crate::{Phone, Server};

/// Numbers of stored changes at which a push is measured.
const MARKS: [usize; 3] = [10_000, 100_000, 1_000_000];
/// Phones that push.
const PHONES: usize = 8;
/// Changes of a measured shape, and changes per push.
const SHAPES: [(usize, usize); 2] = [(4_000, 100), (1_000, 1)];

/// Measurements at one size.
#[derive(Debug)]
pub struct Mark {
    /// Changes held at least.
    pub held: usize,
    /// The limits before and after.
    pub limits: [Limits; 2],
    /// The shapes.
    pub pushes: Vec<Pushes>,
    /// CPU seconds of the server to index 1,000 of their cases; none if the server does not report open work.
    pub index: Option<f64>,
}

/// Fills the database and measures at every number up to `most`.
pub fn run(server: &Server, login: &str, most: usize, limits: impl Fn() -> Limits) -> Vec<Mark> {
    let mut phones: Vec<Phone<'_>> = (0..PHONES).map(|_| Phone::of(server, login)).collect();
    let (mut numbers, mut held, mut marks) = (Numbers::default(), 0, Vec::new());
    for mark in MARKS.into_iter().filter(|mark| *mark <= most) {
        push::fill(server, &mut phones, &mut numbers, mark - held);
        held = mark;
        index::wait(server);
        let before = limits();
        let pushes = SHAPES
            .map(|(changes, batch)| {
                let shape = Shape { devices: PHONES, batch, changes, into: Into::OwnCase };
                held += changes / batch / PHONES * batch * PHONES;
                push::run(server, &mut phones, &mut numbers, shape)
            })
            .into();
        let (busy, cases) = (process::cpu(server.pid()), f64::from(u32::try_from(held - mark).unwrap_or(u32::MAX)));
        let index = index::wait(server).map(|_took| {
            let cpu = process::cpu(server.pid()).saturating_sub(busy);
            cpu.as_secs_f64() * 1000.0 / cases
        });
        marks.push(Mark { held: mark, limits: [before, limits()], pushes, index });
        eprintln!("{:?}", marks.last());
    }
    marks
}
