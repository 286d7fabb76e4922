//! The phone: its store, its link to another phone, its session with the server.
#![cfg(all(feature = "device", feature = "p256"))]

#[cfg(test)]
mod answers;
#[cfg(test)]
mod batches;
#[cfg(test)]
mod bookkeeping;
#[cfg(test)]
mod bounds;
#[cfg(test)]
mod checklists;
#[cfg(test)]
mod clocks;
#[cfg(test)]
mod editing;
#[cfg(test)]
mod feed;
#[cfg(test)]
mod happened;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod incoming;
#[cfg(test)]
mod links;
#[cfg(test)]
mod live;
#[cfg(test)]
mod numbers;
#[cfg(test)]
mod proofs;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod salvages;
#[cfg(test)]
mod saves;
#[cfg(test)]
mod seals;
#[cfg(test)]
mod server;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod stores;
#[cfg(test)]
mod uploads;
#[cfg(test)]
mod world;
