using Microsoft.Win32.SafeHandles;
using Vireo.Drivers.Qemu.Block;

namespace Vireo.Drivers.Qemu.Tests.Block;

public sealed class DescriptorGroupsTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();
    private readonly DescriptorGroups _groups = new();
    private readonly Guid _domain = Guid.NewGuid();
    private readonly object _client = new();

    [Fact]
    public void A_group_is_lent_to_one_domain_and_outlives_the_callers_own_files()
    {
        Lend(_client, "g");
        using var taken = _groups.Take(_domain, "g").ShouldHaveSingleItem();
        RandomAccess.GetLength(taken).ShouldBe(0);
        IsGone(Guid.NewGuid(), "g");
        IsGone(_domain, "other");
    }

    [Fact]
    public void It_goes_with_its_client_or_with_its_domain()
    {
        Lend(_client, "g");
        Lend(new object(), "h");
        _groups.ForgetClient(_client);
        IsGone(_domain, "g");
        _groups.Take(_domain, "h").ShouldHaveSingleItem().Dispose();
        _groups.ForgetDomain(_domain);
        IsGone(_domain, "h");
    }

    [Fact]
    public void Who_lends_it_anew_is_who_it_goes_with()
    {
        var second = new object();
        Lend(_client, "g");
        Lend(second, "g");
        _groups.ForgetClient(_client);
        _groups.Take(_domain, "g").ShouldHaveSingleItem().Dispose();
        _groups.ForgetClient(second);
        IsGone(_domain, "g");
    }

    [Fact]
    public void A_client_lends_no_more_than_it_may()
    {
        for (var i = 0; i < 256; i++)
        {
            Lend(_client, $"g{i}");
        }

        Should.Throw<VireoException>(() => Lend(_client, "more")).Code.ShouldBe(ErrorCode.OperationInvalid);
        Lend(_client, "g7");
        Lend(new object(), "more");
    }

    public void Dispose()
    {
        _groups.ForgetDomain(_domain);
        File.Delete(_path);
    }

    private void Lend(object client, string name)
    {
        using SafeFileHandle file = File.OpenHandle(_path);
        _groups.Lend(client, _domain, name, [file]);
    }

    private void IsGone(Guid domain, string name)
    {
        var refused = Should.Throw<VireoException>(() => _groups.Take(domain, name));
        (refused.Code, refused.Message).ShouldBe((ErrorCode.InvalidArg, $"invalid argument: file descriptor group '{name}' was not associated with the domain"));
    }
}
