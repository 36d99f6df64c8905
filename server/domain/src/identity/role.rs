//! What a member may do.

use crate::record::terms::terms;

terms! {
    /// What a member of an organisation may do. A member has any number of roles.
    Role, "role";
    /// Looks for land, for a firm.
    Investor = "investor",
    /// Interprets in meetings.
    Interpreter = "interpreter",
    /// Leads sessions in a business centre.
    Host = "host",
    /// Edits the parcel record.
    Editor = "editor",
    /// Approves and publishes what another has edited.
    Approver = "approver",
    /// Reads the audit log and verifies it.
    Auditor = "auditor",
    /// Keeps organisations, members and the server.
    Admin = "admin",
}
