namespace Vireo.Tests.Keys;

public sealed class KeyCodesTests
{
    [Theory]
    [InlineData(KeycodeSet.Linux, 30, 30)]
    [InlineData(KeycodeSet.Linux, 105, 203)]
    [InlineData(KeycodeSet.Xt, 29, 29)]
    [InlineData(KeycodeSet.Atset1, 57416, 200)]
    [InlineData(KeycodeSet.Usb, 4, 30)]
    [InlineData(KeycodeSet.Osx, 0, 30)]
    [InlineData(KeycodeSet.Qnum, 777, 777)]
    public void Each_codeset_has_its_own_number_for_a_key(KeycodeSet set, uint code, uint key) => KeyCodes.ToQnum(set, code).ShouldBe(key);

    [Theory]
    [InlineData(KeycodeSet.Linux, 999)]
    [InlineData(KeycodeSet.Usb, 300)]
    [InlineData((KeycodeSet)77, 1)]
    public void What_a_codeset_does_not_have_is_no_key(KeycodeSet set, uint code) => KeyCodes.ToQnum(set, code).ShouldBeNull();

    [Theory]
    [InlineData("linux", "KEY_A", 30)]
    [InlineData("os_x", "ANSI_A", 0)]
    [InlineData("win32", "VK_RETURN", 13)]
    public void Names_are_a_codesets_own(string set, string name, uint code) => KeyCodes.ToCode(KeyCodes.Find(set)!.Value, name).ShouldBe(code);

    [Fact]
    public void Unknown_names_are_none()
    {
        KeyCodes.ToCode(KeycodeSet.Linux, "KEY_BOGUS").ShouldBeNull();
        KeyCodes.ToCode(KeycodeSet.Usb, "KEY_A").ShouldBeNull();
        KeyCodes.Find("bogus").ShouldBeNull();
        KeyCodes.Find("rfb").ShouldBe(KeycodeSet.Qnum);
    }
}
