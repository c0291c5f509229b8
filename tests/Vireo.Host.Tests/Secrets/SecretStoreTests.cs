using Vireo.Config;
using Vireo.Host.Secrets;

namespace Vireo.Host.Tests.Secrets;

public sealed class SecretStoreTests : IDisposable
{
    private const string Id = "5d8a2f10-3f43-4e0e-9a1c-5f5d2c1b7a02";
    private readonly TemporaryDirectory _dir = new();

    public void Dispose() => _dir.Dispose();

    [Fact]
    public async Task What_lasts_is_there_again_with_its_value_and_for_its_owner_alone()
    {
        var store = Open();
        var secret = await store.SecretDefineXmlAsync(Document("ephemeral='no' private='yes'"), 0, default);
        await store.SecretSetValueAsync(secret, [0, 1, 255], 0, default);
        foreach (string file in Directory.EnumerateFiles(_dir.Path))
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Open().Reveal(new StorageSecret { Uuid = Id }).ShouldBe([0, 1, 255]);
        Open().Reveal(new StorageSecret { Usage = "/a" }).ShouldBe([0, 1, 255]);
        (await Should.ThrowAsync<VireoException>(async () => await Open().SecretGetValueAsync(secret, 0, default))).Code.ShouldBe(ErrorCode.InvalidSecret);

        await store.SecretUndefineAsync(secret, default);
        Directory.EnumerateFiles(_dir.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_ephemeral_leaves_nothing_on_the_disk()
    {
        var store = Open();
        var secret = await store.SecretDefineXmlAsync(Document("ephemeral='no'"), 0, default);
        await store.SecretSetValueAsync(secret, [1], 0, default);
        await store.SecretDefineXmlAsync(Document("ephemeral='yes'"), 0, default);
        Directory.EnumerateFiles(_dir.Path).ShouldBeEmpty();
        (await store.SecretGetValueAsync(secret, 0, default)).ShouldBe([1]);
        await store.SecretDefineXmlAsync(Document("ephemeral='no'"), 0, default);
        Open().Reveal(new StorageSecret { Uuid = Id }).ShouldBe([1]);
    }

    [Fact]
    public void What_is_no_secret_is_told_of_and_left()
    {
        File.WriteAllText(Path.Combine(_dir.Path, Id + ".xml"), "<secret");
        File.WriteAllText(Path.Combine(_dir.Path, "other.xml"), Document(""));
        var told = new List<string>();
        SecretStore.Open(_dir.Path, (path, _) => told.Add(Path.GetFileName(path)));
        told.Order().ShouldBe([Id + ".xml", "other.xml"]);
        Directory.EnumerateFiles(_dir.Path).Count().ShouldBe(2);
    }

    private SecretStore Open() => SecretStore.Open(_dir.Path, (path, error) => throw new InvalidOperationException(path, error));

    private static string Document(string flags) => $"<secret {flags}><uuid>{Id}</uuid><usage type='volume'><volume>/a</volume></usage></secret>";
}
