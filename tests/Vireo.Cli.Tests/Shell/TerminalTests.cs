using Vireo.TestKit;

namespace Vireo.Cli.Tests.Shell;

/// <summary>The shell on a terminal, as a person has it.</summary>
public sealed class TerminalTests : IDisposable
{
    private const string Prompt = "vireo # ";

    // The editor draws the prompt anew with each key; a command is done when it stands at the beginning of a line, after which nothing follows.
    private const string Ready = "\n\rvireo # \x1b[K\x1b[J\r\x1b[8C";
    private readonly ScratchDirectory _scratch = new("vc");

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Nothing_but_the_text_is_sent_to_a_terminal()
    {
        await using var tool = await TerminalProgram.StartAsync(Repository.Program("vireo"), ["-c", "test:///default", "domstate", "test"]);

        var (status, shown) = await tool.EndAsync();

        shown.ShouldBe("running\r\n\r\n");
        status.Success.ShouldBeTrue();
    }

    [Fact]
    public async Task Shell_greets_and_quits()
    {
        await using var shell = await StartAsync();

        (await shell.ShownAsync(Ready)).ShouldStartWith("Welcome to vireo, the virtualization interactive terminal.\r\n\r\nType:");
        await shell.TypeAsync("quit\r");
        var (status, _) = await shell.EndAsync();

        status.Success.ShouldBeTrue();
    }

    [Fact]
    public async Task Keys_edit_the_line()
    {
        await using var shell = await StartAsync();
        await shell.ShownAsync(Ready);

        // Left, rubout, end; delete to the start, home, end, right, an umlaut in the middle.
        await shell.TypeAsync("echo ab\x1b[D\x1b[D\x7f '\x05'\r");
        (await shell.ShownAsync(Ready)).ShouldContain("\nab\r\n");
        await shell.TypeAsync("rubbish\x15" + "ho b\x01" + "ec\x1b[F\x1b[D\x1b[D\x1b[C\xe4\r");
        (await shell.ShownAsync(Ready)).ShouldContain("\n\xe4" + "b\r\n");
    }

    [Fact]
    public async Task A_line_longer_than_the_terminal_is_wide_is_kept_whole()
    {
        await using var shell = await StartAsync();
        await shell.ShownAsync(Ready);
        string words = string.Join(' ', Enumerable.Range(0, 60));

        await shell.TypeAsync("echo " + words);
        await shell.TypeAsync("\x01\x05\r");

        (await shell.ShownAsync(Ready)).ReplaceLineEndings("\n").ShouldContain($"\n{words}\n");
    }

    [Fact]
    public async Task Tab_completes_commands_options_and_domains()
    {
        await using var shell = await StartAsync();
        await shell.ShownAsync(Ready);

        await shell.TypeAsync("dumpx\tte\t");
        await shell.ShownAsync(Prompt + "dumpxml test ");
        await shell.TypeAsync("--xp\t//name\r");
        (await shell.ShownAsync(Ready)).ShouldContain("\n<name>test</name>\r\n");
    }

    [Fact]
    public async Task History_is_recalled_and_kept()
    {
        await using (var first = await StartAsync())
        {
            await first.ShownAsync(Ready);
            await first.EnterAsync("echo one", Ready);
            await first.EnterAsync("echo two", Ready);
            await first.TypeAsync("\x1b[A\x1b[A\r");
            (await first.ShownAsync(Ready)).ShouldContain("\none\r\n");
            await first.TypeAsync("\x04");
            await first.EndAsync();
        }

        await using var second = await StartAsync();
        await second.ShownAsync(Ready);
        await second.TypeAsync("\x1b[A\x1b[A\r");

        (await second.ShownAsync(Ready)).ShouldContain("\ntwo\r\n");
    }

    [Fact]
    public async Task Interrupt_drops_the_line_and_ends_the_command_but_not_the_shell()
    {
        await using var shell = await StartAsync();
        await shell.ShownAsync(Ready);

        await shell.TypeAsync("rubbish");
        await shell.ShownAsync("rubbish");
        await shell.TypeAsync("\x03");
        await shell.ShownAsync("^C\r\n");
        await shell.EnterAsync("echo waiting; event --all --loop", "waiting\r\n");
        await shell.TypeAsync("\x03");
        (await shell.ShownAsync(Ready)).ShouldContain("event loop interrupted\r\nevents received: 0\r\n");
        (await shell.EnterAsync("echo alive", Ready)).ShouldContain("\nalive\r\n");
        await shell.TypeAsync("\x04");

        (await shell.EndAsync()).Status.Success.ShouldBeTrue();
    }

    [Fact]
    public async Task Directory_and_connection_change()
    {
        await using var shell = await StartAsync();
        await shell.ShownAsync(Ready);

        await shell.EnterAsync($"cd {_scratch.Path}", Ready);
        (await shell.EnterAsync("pwd", Ready)).ShouldContain($"\n{_scratch.Path}\r\n");
        (await shell.EnterAsync("cd nowhere", Ready)).ShouldContain("\nerror: cd: No such file or directory: nowhere\r\n");
        await shell.EnterAsync("connect --readonly test:///default", "\n\rvireo > ");
        (await shell.EnterAsync("suspend test", "\n\rvireo > ")).ShouldContain("error: operation forbidden: read only access prevents virDomainSuspend");
        await shell.EnterAsync("connect test:///default", Ready);
        (await shell.EnterAsync("suspend test", Ready)).ShouldContain("Domain 'test' suspended");
    }

    [Fact]
    public async Task Domain_and_snapshot_are_edited()
    {
        await using var shell = await StartAsync(await EditorAsync("s,<memory.*,&<title>edited</title>,;s,<description>one,<description>two,"));
        await shell.ShownAsync(Ready);

        (await shell.EnterAsync("edit test", Ready)).ShouldContain("\nDomain 'test' XML configuration edited.\r\n");
        (await shell.EnterAsync("dumpxml test --inactive --xpath //title", Ready)).ShouldContain("<title>edited</title>");
        await shell.EnterAsync("snapshot-create-as test s1 one", Ready);
        (await shell.EnterAsync("snapshot-edit test s1", Ready)).ShouldContain("\nSnapshot s1 edited.\r\n");
        (await shell.EnterAsync("snapshot-dumpxml test s1 --xpath //description", Ready)).ShouldContain("<description>two</description>");
        await EditorAsync("");
        (await shell.EnterAsync("snapshot-edit test s1", Ready)).ShouldContain("\nSnapshot s1 XML configuration not changed.\r\n");
    }

    [Fact]
    public async Task A_document_that_is_refused_is_edited_again_or_given_up()
    {
        await using var shell = await StartAsync(await EditorAsync("s,</domain>,</bogus>,;t;s,</bogus>,</domain>,;s,<memory.*,&<title>mended</title>,"));
        await shell.ShownAsync(Ready);

        await shell.EnterAsync("edit test", "Failed. Try again? [y,n,i,f,?]: ");
        await shell.TypeAsync("n");
        await shell.ShownAsync(Ready);
        await shell.EnterAsync("edit test", "Failed. Try again? [y,n,i,f,?]: ");
        await shell.TypeAsync("i");
        await shell.ShownAsync("Failed. Try again? [y,n,f,?]: ");
        await shell.TypeAsync("y");
        (await shell.ShownAsync(Ready)).ShouldContain("Domain 'test' XML configuration edited.");
        (await shell.EnterAsync("dumpxml test --inactive --xpath //title", Ready)).ShouldContain("<title>mended</title>");
    }

    private Task<TerminalProgram> StartAsync(string editor = "false") => TerminalProgram.StartAsync(
        Repository.Program("vireo"), ["-c", "test:///default"],
        new Dictionary<string, string> { ["XDG_CACHE_HOME"] = _scratch["cache"], ["EDITOR"] = editor, ["VISUAL"] = "", ["TMPDIR"] = _scratch.Path });

    private async Task<string> EditorAsync(string script)
    {
        await File.WriteAllTextAsync(_scratch["editor"], $"#!/bin/sh\nexec sed -i '{script}' \"$1\"\n");
        File.SetUnixFileMode(_scratch["editor"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return _scratch["editor"];
    }
}
