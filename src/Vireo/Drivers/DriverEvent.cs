namespace Vireo.Drivers;

/// <summary>Something that happened at a driver, of which clients are told.</summary>
public abstract record DriverEvent;
