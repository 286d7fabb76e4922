//! Whether a change costs the same however many the database holds.
//!
//! Promise: at each number the same shapes are pushed, with the limits of the machine before and after. Filling is no
//! part of any figure.

use super::push::{self, Into, Numbers, Pushes, Shape};
use super::report::Limits;
use crate::{Phone, Server};

/// Numbers of changes held at which a push is measured.
const MARKS: [usize; 3] = [10_000, 100_000, 1_000_000];
/// Phones that push.
const PHONES: usize = 8;
/// Changes of a measured shape, and how many of them go in a push.
const SHAPES: [(usize, usize); 2] = [(4_000, 100), (1_000, 1)];

/// What was measured at one number.
#[derive(Debug)]
pub struct Mark {
    /// Changes held at least.
    pub held: usize,
    /// The limits before and after.
    pub limits: [Limits; 2],
    /// The shapes.
    pub pushes: Vec<Pushes>,
}

/// Fills the database and measures at every number up to `most`.
pub fn run(server: &Server, login: &str, most: usize, limits: impl Fn() -> Limits) -> Vec<Mark> {
    let mut phones: Vec<Phone<'_>> = (0..PHONES).map(|_| Phone::of(server, login)).collect();
    let (mut numbers, mut held, mut marks) = (Numbers::default(), 0, Vec::new());
    for mark in MARKS.into_iter().filter(|mark| *mark <= most) {
        push::fill(server, &mut phones, &mut numbers, mark - held);
        held = mark;
        let before = limits();
        let pushes = SHAPES
            .map(|(changes, batch)| {
                let shape = Shape { devices: PHONES, batch, changes, into: Into::OwnCase };
                held += changes / batch / PHONES * batch * PHONES;
                push::run(server, &mut phones, &mut numbers, shape)
            })
            .into();
        marks.push(Mark { held: mark, limits: [before, limits()], pushes });
        eprintln!("{:?}", marks.last());
    }
    marks
}
