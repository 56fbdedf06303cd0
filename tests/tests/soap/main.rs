//! The SOAP operations end to end when things go wrong: component, host and simulated org.

mod faults;
mod hostile;
mod locks;
#[cfg(feature = "wsdl")]
mod names;
mod people;
#[cfg(feature = "wsdl")]
mod zeep;
