//! Every provision at its boundary and one past it.
mod calendar;
mod hash;
mod identity;
mod inspection;
mod officers;
mod remedy;
mod scene;
mod spot;
mod table;
