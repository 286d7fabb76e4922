//! Kinds of agencies (执法主体) and of the bodies within them.
//!
//! Not here: what an agency of a kind may decide (`law`).

use crate::code::codes;

codes! {
    /// What an agency is.
    pub enum AgencyKind {
        /// 人民政府.
        Government = "government",
        /// A department (部门).
        Department = "department",
        /// A station (派出机构).
        Station = "station",
        /// An office of a street (街道办事处).
        Street = "street",
        /// The government of a town (镇人民政府).
        Town = "town",
        /// The government of a township (乡人民政府).
        Township = "township",
        /// The department of justice (司法行政部门).
        Justice = "justice",
        /// An organisation authorised by law or regulation (法律、法规授权的组织).
        Organisation = "organisation",
    }
}
