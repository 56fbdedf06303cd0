//! Salesforce as a mediation connector.
