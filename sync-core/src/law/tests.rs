//! Every provision at its boundary and one past it.
mod calendar;
mod clocks;
mod discretion;
mod double_fine;
mod hash;
mod identity;
mod inspection;
mod officers;
mod organs;
mod parties;
mod payment;
mod remedy;
mod scene;
mod spot;
mod table;
