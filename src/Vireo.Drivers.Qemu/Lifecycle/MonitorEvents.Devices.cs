using Vireo.Config;
using Vireo.Drivers.Qemu.Block;
using Vireo.Drivers.Qemu.CommandLine;
using Vireo.Drivers.Qemu.HotPlug;
using Vireo.Drivers.Qemu.Monitor;

namespace Vireo.Drivers.Qemu.Lifecycle;

/// <content>Events of single devices.</content>
internal sealed partial class MonitorEvents
{
    private void DeviceEvent(QemuProcess process, QmpEvent happened)
    {
        var reference = domain.View.Ref;
        switch (happened.Name)
        {
            case "RTC_CHANGE" when happened.Number("offset") is { } offset:
                domain.Publish(new DomainRtcChangeEvent(reference, offset));
                break;
            case "BALLOON_CHANGE" when happened.Number("actual") is { } actual:
                domain.Update(v => v with { BalloonKiB = (ulong)actual / 1024 });
                domain.Publish(new DomainBalloonChangeEvent(reference, (ulong)actual / 1024));
                break;
            case "WATCHDOG":
                Watchdog(process, happened);
                break;
            case "BLOCK_IO_ERROR":
                BlockIoError(process, happened);
                break;
            case "DEVICE_DELETED" when happened.Text("device") is { } alias:
                DeviceGone(process, alias);
                break;
            case "DEVICE_UNPLUG_GUEST_ERROR" when happened.Text("device") is { } kept:
                DeviceKept(process, kept);
                break;
            case "MEMORY_DEVICE_SIZE_CHANGE" when happened.Text("id") is { } module && happened.Number("size") is { } size:
                ModuleChanged(process, module, new DataSize((ulong)size));
                break;
            case "ACPI_DEVICE_OST":
                ModuleAnswered(process, happened);
                break;
            case "DEVICE_TRAY_MOVED" when happened.Text("id") is { } tray:
                TrayMoved(process, tray, happened.Flag("tray-open"));
                break;
            case "JOB_STATUS_CHANGE" when happened.Text("id") is { } job:
                JobStatus(process, job, happened.Text("status"));
                break;
            case "MIGRATION_PASS" when happened.Number("pass") is { } pass:
                domain.Publish(new DomainMigrationIterationEvent(domain.View.Ref, (int)pass));
                break;
            case "BLOCK_WRITE_THRESHOLD" when happened.Text("node-name") is { } node:
                WriteThreshold(process, node, happened);
                break;
            case "VSERPORT_CHANGE" when happened.Text("id") is { } port:
                hypervisor.Channels.PortChanged(domain, process, port, happened.Flag("open"));
                break;
            case "PR_MANAGER_STATUS_CHANGED" when happened.Text("id") == ReservationArguments.Managed && !happened.Flag("connected"):
                ReservationsLost(process);
                break;
            case "VNC_CONNECTED":
                Graphics(happened, 0);
                break;
            case "VNC_INITIALIZED":
                Graphics(happened, 1);
                break;
            case "VNC_DISCONNECTED":
                Graphics(happened, 2);
                break;
        }
    }

    private void DeviceGone(QemuProcess process, string alias)
    {
        if (!process.Removals.Answered(alias, gone: true))
        {
            Beside(process, $"removal of device '{alias}'", async () =>
            {
                using var job = await domain.Jobs.EnterAsync("device removed", domain.View.Name, Timeout.InfiniteTimeSpan, CancellationToken.None).ConfigureAwait(false);
                if (ReferenceEquals(domain.Process, process))
                {
                    await new LiveUnplug(new RunningDevices(domain, process)).RemoveAsync(alias).ConfigureAwait(false);
                }
            });
        }
    }

    // QEMU connects again when the guest next asks for something.
    private void ReservationsLost(QemuProcess process) => Beside(process, "renewal of what makes reservations", async () =>
    {
        using var job = await domain.Jobs.EnterAsync("pr helper lost", domain.View.Name, Timeout.InfiniteTimeSpan, CancellationToken.None).ConfigureAwait(false);
        if (ReferenceEquals(domain.Process, process) && !process.IsEnding)
        {
            await ReservationServer.SettleAsync(hypervisor, process, domain.View.Live ?? process.Live).ConfigureAwait(false);
        }
    });

    private void DeviceKept(QemuProcess process, string alias)
    {
        process.Removals.Answered(alias, gone: false);
        domain.Publish(new DomainDeviceRemovalFailedEvent(domain.View.Ref, alias));
    }

    // The guest's firmware interface tells of memory modules only so: 3 is a request to eject, 1 a failure, 0x80 to 0x83 the reasons not to; 0x84 says that it goes on.
    private void ModuleAnswered(QemuProcess process, QmpEvent happened)
    {
        if (happened.Data.TryGetProperty("info"u8, out var info) && info.StrOrNull("device") is { } alias && info.StrOrNull("slot-type") == "DIMM"
            && info.Num("source") is 3 or 0x103 && info.Num("status") is 1 or (>= 0x80 and <= 0x83))
        {
            DeviceKept(process, alias);
        }
    }

    private void ModuleChanged(QemuProcess process, string alias, DataSize size)
    {
        domain.Update(v => v.Live is { } live ? v with { Live = MemoryKind.Changed(live, alias, target => target with { Current = size }) } : v);
        hypervisor.SaveStatusSoon(domain, process);
        domain.Publish(new DomainMemoryDeviceSizeChangeEvent(domain.View.Ref, alias, size.KiB));
    }

    private void TrayMoved(QemuProcess process, string alias, bool open)
    {
        TrayState? tray = open ? TrayState.Open : null;
        if (domain.TryUpdate(v => v.Live is { } live && live.Devices.Disks.Any(d => d.Alias == alias && d.Target!.Tray != tray)
            ? v with { Live = live with { Devices = live.Devices with { Disks = live.Devices.Disks.Map(d => d.Alias == alias ? d with { Target = d.Target! with { Tray = tray } } : d) } } }
            : null))
        {
            hypervisor.SaveStatusSoon(domain, process);
        }

        domain.Publish(new DomainTrayChangeEvent(domain.View.Ref, alias, open ? 0 : 1));
    }

    private static void JobStatus(QemuProcess process, string job, string? status)
    {
        switch (status)
        {
            case "ready":
                process.BlockJobs.Ready(job);
                break;
            case "concluded":
                process.BlockJobs.Concluded(job);
                break;
        }
    }

    private void WriteThreshold(QemuProcess process, string node, QmpEvent happened)
    {
        foreach (var disk in process.Disks.Disks)
        {
            var place = disk.Numbers.Select(n => (NodeNumbers.Format(n), NodeNumbers.Storage(n))).ToList().FindIndex(n => n.Item1 == node || n.Item2 == node);
            if (place < 0)
            {
                continue;
            }

            var name = place == 0 ? disk.Target : $"{disk.Target}[{disk.Numbers[place]}]";
            var path = disk.Chain?.Layers[place].Location.LocalPath ?? "";
            domain.Publish(new DomainBlockThresholdEvent(
                domain.View.Ref, name, path, (ulong)(happened.Number("write-threshold") ?? 0), (ulong)(happened.Number("amount-exceeded") ?? 0)));
        }
    }

    private void Watchdog(QemuProcess process, QmpEvent happened)
    {
        var action = happened.Text("action") switch
        {
            "pause" => DomainEventWatchdogAction.Pause,
            "reset" => DomainEventWatchdogAction.Reset,
            "poweroff" => DomainEventWatchdogAction.Poweroff,
            "shutdown" => DomainEventWatchdogAction.Shutdown,
            "debug" => DomainEventWatchdogAction.Debug,
            "inject-nmi" => DomainEventWatchdogAction.Injectnmi,
            _ => DomainEventWatchdogAction.None,
        };
        domain.Publish(new DomainWatchdogEvent(domain.View.Ref, (int)action));
        if (action == DomainEventWatchdogAction.Pause)
        {
            process.PauseReason = DomainPausedReason.Watchdog;
            Stopped(process);
            if (domain.View.Config.Devices.Watchdogs.Any(watchdog => watchdog.Action == WatchdogAction.Dump))
            {
                Beside(process, "the watchdog's dump", () => DumpAndResumeAsync(process));
            }
        }
    }

    private async Task DumpAndResumeAsync(QemuProcess process)
    {
        using var job = await domain.EnterAsync("qemuProcessEvent", CancellationToken.None).ConfigureAwait(false);
        await TryDumpAsync(process).ConfigureAwait(false);
        if (ReferenceEquals(domain.Process, process) && domain.View.State == DomainState.Paused)
        {
            await hypervisor.Resume(domain, process, DomainRunningReason.Unpaused, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private void BlockIoError(QemuProcess process, QmpEvent happened)
    {
        var action = happened.Text("action") switch
        {
            "stop" => DomainEventIOErrorAction.Pause,
            "report" => DomainEventIOErrorAction.Report,
            _ => DomainEventIOErrorAction.None,
        };
        var disk = DiskOf(process, happened);
        var path = disk?.SourcePath() ?? "";
        var alias = disk?.Alias ?? happened.Text("device") ?? "";
        domain.Publish(new DomainIoErrorEvent(domain.View.Ref, path, alias, (int)action));
        var said = happened.Text("reason") ?? "";
        if (disk is not null && said.Length > 0)
        {
            process.DiskErrors.Note(disk, said, DateTimeOffset.UtcNow);
        }

        // With 'message' they know that there is one to ask for (virDomainGetMessages).
        domain.Publish(new DomainIoErrorReasonEvent(domain.View.Ref, path, alias, (int)action, happened.Flag("nospace") ? "enospc" : said.Length > 0 ? "message" : ""));
        if (action == DomainEventIOErrorAction.Pause)
        {
            process.PauseReason = DomainPausedReason.Ioerror;
            Stopped(process);
        }
    }

    // QEMU names the device, or its path in the tree of objects, or nothing but the node that the device reads.
    private DiskConfig? DiskOf(QemuProcess process, QmpEvent happened)
    {
        var disks = domain.View.Config.Devices.Disks;
        if (happened.Text("device") is { Length: > 0 } device)
        {
            return disks.FirstOrDefault(d => d.Alias is { } alias && device.Split('/').Contains(alias));
        }

        var node = happened.Text("node-name");
        var target = process.Disks.Disks.FirstOrDefault(disk => disk.DeviceNode == node || disk.Numbers.Any(number => NodeNumbers.Format(number) == node || NodeNumbers.Storage(number) == node))?.Target;
        return target is null ? null : disks.FirstOrDefault(d => d.Target?.Dev == target);
    }

    private void Graphics(QmpEvent happened, int phase)
    {
        static DomainEventGraphicsAddress Address(System.Text.Json.JsonElement data, string side)
        {
            var at = data.GetProperty(side);
            var family = at.TryGetProperty("family", out var f) ? f.GetString() : null;
            return new(family switch { "ipv4" => 0, "ipv6" => 1, _ => 2 }, at.TryGetProperty("host", out var h) ? h.GetString() ?? "" : "", at.TryGetProperty("service", out var s) ? s.GetString() ?? "" : "");
        }

        var scheme = happened.Data.GetProperty("server").TryGetProperty("auth", out var auth) ? auth.GetString() ?? "" : "";
        domain.Publish(new DomainGraphicsEvent(domain.View.Ref, phase, Address(happened.Data, "server"), Address(happened.Data, "client"), scheme, []));
    }
}
