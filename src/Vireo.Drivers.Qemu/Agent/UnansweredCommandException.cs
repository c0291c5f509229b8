namespace Vireo.Drivers.Qemu.Agent;

/// <summary>The agent was given a command and has not answered: it may carry it out yet. Stands as the cause within the <see cref="VireoException"/> that clients see.</summary>
/// <param name="command">The command's name.</param>
internal sealed class UnansweredCommandException(string command) : Exception($"{command}: no answer");
