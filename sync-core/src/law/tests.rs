//! Every provision at its boundary and one past it.
mod calendar;
mod clocks;
mod detail;
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
mod signatures;
mod spot;
mod table;
