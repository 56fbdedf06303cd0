//! Formats: messages in and out, SOQL, XML as the SOAP APIs use it, shapes of objects. Nothing here sends anything.

pub mod compound;
pub mod message;
pub mod record_id;
pub mod shapes;
pub mod soql;
#[cfg(test)]
mod testing;
pub mod xml;
pub mod zone;
